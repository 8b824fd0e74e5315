namespace Recorder.Transfer.Backup;

/// <summary>Where an installation keeps what is copied.</summary>
/// <param name="Root">The data folder.</param>
/// <param name="ActiveFileMaxBytes">As the archive is opened with.</param>
/// <param name="Mirror">The folder of the mirror; empty: none.</param>
/// <param name="MirrorSeconds">Between two looks for what it does not have yet.</param>
public sealed record DataPlace(string Root, string Archive, string Keys, long ActiveFileMaxBytes, string Mirror, int MirrorSeconds)
{
    /// <summary>Whether a folder for copies neither lies in the data folder nor holds it.</summary>
    public static bool AreApart(string data, string folder)
    {
        var (ours, theirs) = (WithSlash(data), WithSlash(folder));
        return !ours.StartsWith(theirs, StringComparison.Ordinal) && !theirs.StartsWith(ours, StringComparison.Ordinal);
    }

    private static string WithSlash(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + "/";
}
