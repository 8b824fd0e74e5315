using System.Text.RegularExpressions;

namespace Recorder.Tests.Architecture;

/// <summary>Holds the arrows of ARCHITECTURE.md: who may know whom.</summary>
public sealed partial class RoomsTests
{
    private static readonly string[] Libraries = ["Recorder.Smtp", "Recorder.Archive", "Recorder.Mail", "Recorder.Search"];

    // The folders that put the product together may see the pages' settings and entry points.
    private static readonly string[] MayKnowWeb = ["Web", "Settings", "Cli"];

    [Theory]
    [InlineData("Recorder.Smtp")]
    [InlineData("Recorder.Archive")]
    [InlineData("Recorder.Mail")]
    [InlineData("Recorder.Search")]
    public void A_library_knows_no_other_project(string library) =>
        Assert.Empty(Tree.References(library, "ProjectReference"));

    [Fact]
    public void The_product_knows_all_four_libraries() =>
        Assert.Equal(
            Libraries.Order(),
            Tree.References("Recorder", "ProjectReference").Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void The_wire_stands_on_the_base_library_alone() =>
        Assert.Empty(Tree.References("Recorder.Smtp", "PackageReference"));

    [Theory]
    [InlineData("Lucene.Net", "Recorder.Search")]
    [InlineData("MimeKit", "Recorder.Mail")]
    [InlineData("HtmlSanitizer", "Recorder.Mail")]
    [InlineData("PdfPig", "Recorder.Mail")]
    [InlineData("ZstdSharp.Port", "Recorder.Archive")]
    [InlineData("LiteDB", "Recorder")]
    public void A_package_has_one_room(string package, string room)
    {
        var rooms = Libraries.Append("Recorder").Where(project => Tree.References(project, "PackageReference").Contains(package));
        Assert.Equal([room], rooms);
    }

    [Fact]
    public void No_folder_depends_on_the_web()
    {
        var offenders = Tree.Sources("src/Recorder")
            .Where(file => Tree.Relative(file).Split('/') is { Length: > 3 } parts && !MayKnowWeb.Contains(parts[2]))
            .Where(file => NamesWeb().IsMatch(File.ReadAllText(file)))
            .Select(Tree.Relative);
        Assert.Empty(offenders);
    }

    [Theory]
    [InlineData("LiteDB", "Ledger")]
    [InlineData("MailKit", "Transfer", "Accounts")]
    [InlineData("Quartz", "Digests", "Retention", "Evidence")]
    [InlineData("Microsoft.AspNetCore.Components", "Web")]
    public void A_heavy_dependency_is_seen_from_few_folders(string used, params string[] folders)
    {
        var offenders = Tree.Sources("src/Recorder")
            .Where(file => !folders.Any(folder => Tree.Relative(file).StartsWith($"src/Recorder/{folder}/", StringComparison.Ordinal)))
            .Where(file => File.ReadAllText(file).Contains($"using {used}", StringComparison.Ordinal))
            .Select(Tree.Relative);
        Assert.Empty(offenders);
    }

    [Fact]
    public void Folders_of_the_product_form_no_cycle()
    {
        var knows = Tree.Sources("src/Recorder")
            .Where(file => Tree.Relative(file).Split('/').Length > 3 && !PutsTogether(file))
            .GroupBy(file => Tree.Relative(file).Split('/')[2])
            .ToDictionary(
                folder => folder.Key,
                folder => folder.SelectMany(file => NamesFolder().Matches(File.ReadAllText(file)))
                    .Select(match => match.Groups["folder"].Value).Where(name => name != folder.Key).Distinct().ToList());
        while (knows.FirstOrDefault(folder => !folder.Value.Exists(knows.ContainsKey)).Key is { } bottom)
        {
            knows.Remove(bottom);
        }

        Assert.True(knows.Count == 0, "these know each other: " + string.Join("; ",
            knows.Select(folder => $"{folder.Key} knows {string.Join(", ", folder.Value.Where(knows.ContainsKey))}")));
    }

    // What a folder gives to the container may look at every folder's settings; so may the settings' own check.
    private static bool PutsTogether(string file) => file.EndsWith("Setup.cs", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*@?using\s+(static\s+)?Recorder\.(?<folder>[A-Za-z]+)", RegexOptions.Multiline)]
    private static partial Regex NamesFolder();

    [GeneratedRegex(@"^\s*@?using\s+(static\s+)?Recorder\.Web\b", RegexOptions.Multiline)]
    private static partial Regex NamesWeb();
}
