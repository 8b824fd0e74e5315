namespace Recorder.Benchmarks.Compare;

/// <summary>
/// One row of the comparison: a piece of work, done by us and by a peer in the same run. Every class in this assembly that
/// implements it, with a constructor without parameters, is a row.
/// </summary>
internal interface IRow
{
    /// <summary>One word for <c>--rows</c>.</summary>
    string Name { get; }

    /// <summary>Place in the table, ascending.</summary>
    int Order { get; }

    /// <summary>What must be installed; asked for before the first row runs.</summary>
    IReadOnlyList<DebianProgram> Needs { get; }

    /// <summary>Does the work. Starts what it needs, takes turns between the sides, ends and removes everything.</summary>
    /// <returns>The figures, in the order of the table; most rows have one.</returns>
    Task<IReadOnlyList<Figure>> RunAsync(RowContext context, CancellationToken cancel);
}

/// <param name="Path">A file that is there once the package is installed.</param>
internal sealed record DebianProgram(string Package, string Path)
{
    public static DebianProgram Postfix { get; } = new("postfix", "/usr/sbin/smtp-source");

    public static DebianProgram Notmuch { get; } = new("notmuch", "/usr/bin/notmuch");

    public static DebianProgram Strace { get; } = new("strace", "/usr/bin/strace");
}

/// <summary>What a row is given.</summary>
/// <param name="Quick">Small enough that all rows together take some five minutes.</param>
/// <param name="Folder">An empty folder on the measured disk, removed after the row.</param>
/// <param name="Say">Prints a line of progress.</param>
internal sealed record RowContext(bool Quick, string Folder, Action<string> Say)
{
    /// <summary>Turns of each side.</summary>
    public int Rounds { get; init; } = Quick ? 3 : 5;

    /// <summary>How many messages to import, once, instead of the usual numbers; 0: the usual.</summary>
    public int ImportMessages { get; init; }

    public T Pick<T>(T full, T quick) => Quick ? quick : full;

    /// <summary>A folder below <see cref="Folder"/>, made.</summary>
    public string SubFolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>Takes turns: the peer, then us, <see cref="Rounds"/> times; each turn answers with its figure.</summary>
    public async Task<(IReadOnlyList<double> Theirs, IReadOnlyList<double> Ours)> TakeTurnsAsync(
        string unit, Func<int, Task<double>> theirs, Func<int, Task<double>> ours, CancellationToken cancel)
    {
        List<double> peer = [], own = [];
        for (var round = 1; round <= Rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            peer.Add(await theirs(round));
            own.Add(await ours(round));
            Say($"round {round} of {Rounds}: peer {Number.Text(peer[^1])} {unit}, ours {Number.Text(own[^1])} {unit}");
        }

        return (peer, own);
    }
}
