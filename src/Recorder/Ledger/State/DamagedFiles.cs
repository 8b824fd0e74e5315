using System.Globalization;

namespace Recorder.Ledger.State;

/// <summary>Puts a state file out of the way for whoever wants to look into it; the newest few are kept.</summary>
internal static class DamagedFiles
{
    private const int Kept = 3;

    /// <summary>Renames the file and LiteDB's own log beside it to <c>NAME.damaged-TIME</c>.</summary>
    public static void SetAside(string path, IDisposable? open, TimeProvider time)
    {
        Close(open);
        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfffffff", CultureInfo.InvariantCulture);
        foreach (var name in new[] { path, LogOf(path) }.Where(File.Exists))
        {
            File.Move(name, $"{name}.damaged-{stamp}", overwrite: true);
            RemoveOld(name);
        }
    }

    private static void Close(IDisposable? open)
    {
        try
        {
            open?.Dispose();
        }
        catch (Exception)
        {
            // Closing a damaged file fails in many ways, and what it would have said is already logged.
        }
    }

    private static string LogOf(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-log{Path.GetExtension(path)}");

    private static void RemoveOld(string name)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(name))!;
        var old = Directory.GetFiles(folder, $"{Path.GetFileName(name)}.damaged-*").OrderDescending(StringComparer.Ordinal).Skip(Kept);
        foreach (var file in old)
        {
            File.Delete(file);
        }
    }
}
