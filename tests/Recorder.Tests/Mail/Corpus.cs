namespace Recorder.Tests.Mail;

/// <summary>Real mail kept beside the project, never in it: RECORDER_CORPUS, or a folder shared/corpus next to one above.</summary>
internal static class Corpus
{
    public static string File(string name)
    {
        if (Find(name) is not { } found)
        {
            Assert.Skip("no corpus: set RECORDER_CORPUS");
            return "";
        }
        return found;
    }

    private static string? Find(string name)
    {
        if (Environment.GetEnvironmentVariable("RECORDER_CORPUS") is { Length: > 0 } root)
            return Exists(Path.Combine(root, name));
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Exists(Path.Combine(folder.FullName, "shared", "corpus", name)) is { } found)
                return found;
        }
        return null;
    }

    private static string? Exists(string path) => System.IO.File.Exists(path) ? path : null;
}
