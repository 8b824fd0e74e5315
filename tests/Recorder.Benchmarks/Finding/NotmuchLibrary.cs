using System.Diagnostics;
using System.Globalization;
using Recorder.Benchmarks.Compare;

namespace Recorder.Benchmarks.Finding;

/// <summary>notmuch as a library in a process that stays: opens its database once, then answers with the first page and the count.</summary>
internal sealed class NotmuchLibrary : IDisposable
{
    private const string Script = """
        import sys, time, notmuch2
        db = notmuch2.Database(sys.argv[1], mode=notmuch2.Database.MODE.READ_ONLY)
        for line in sys.stdin:
            query = line.rstrip('\n')
            began = time.perf_counter()
            shown = 0
            for mail in db.messages(query, sort=db.SORT.NEWEST_FIRST):
                mail.messageid, mail.header('subject'), mail.header('from'), mail.date
                shown += 1
                if shown == 50: break
            total = db.count_messages(query)
            print(time.perf_counter() - began, total, flush=True)
        """;

    private readonly Process process;

    private NotmuchLibrary(Process process) => this.process = process;

    public static IReadOnlyList<DebianProgram> Needs { get; } =
        [DebianProgram.Notmuch, new("python3-notmuch2", "/usr/lib/python3/dist-packages/notmuch2/__init__.py")];

    /// <summary>Indexes the Maildir; Chinese in pairs, as we do.</summary>
    public static async Task<NotmuchLibrary> IndexAsync(string maildir, string config, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(config, $"[database]\npath={maildir}\n[user]\nname=x\nprimary_email=x@example.edu\n[new]\ntags=new\n", cancel);
        using var index = Start("/usr/bin/notmuch", ["new", "--quiet"], config);
        index.StandardInput.Close();
        _ = index.StandardOutput.ReadToEndAsync(cancel);
        await index.WaitForExitAsync(cancel);
        if (index.ExitCode != 0) throw new InvalidOperationException($"notmuch new ended with {index.ExitCode}");
        return new NotmuchLibrary(Start("/usr/bin/python3", ["-u", "-c", Script, maildir], config));
    }

    /// <returns>Milliseconds, and how many there are.</returns>
    public (double Milliseconds, long Hits) Ask(string query)
    {
        process.StandardInput.WriteLine(query);
        process.StandardInput.Flush();
        var answer = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"notmuch ended at {query}");
        var parts = answer.Split(' ');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture) * 1000, long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private static Process Start(string program, IReadOnlyList<string> arguments, string config) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true, RedirectStandardOutput = true,
        Environment = { ["NOTMUCH_CONFIG"] = config, ["XAPIAN_CJK_NGRAM"] = "1" },
    })!;
}
