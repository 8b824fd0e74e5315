using System.Xml.Linq;

namespace Recorder.Tests.Architecture;

/// <summary>The project's own tree, found by walking up from the test's folder.</summary>
internal static class Tree
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .Where(file => !Relative(file).Split('/').Any(part => part is "bin" or "obj"));

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    public static IReadOnlyList<string> References(string project, string kind) =>
        [.. XDocument.Load(Path.Combine(Root, "src", project, project + ".csproj"))
            .Descendants(kind).Select(item => item.Attribute("Include")!.Value)];

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Recorder.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Recorder.sln is not above the test's folder");
    }
}
