using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Recorder.Tests.Architecture;

/// <summary>
/// Prints how long functions and files are, and keeps them from growing. The bounds are ratchets: when a figure falls,
/// lower its bound; never raise one to let code in.
/// </summary>
public sealed class SizeTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("src", 6, 16, 40)]
    [InlineData("tests", 9, 22, 60)]
    public void Functions_stay_short(string folder, int medianBound, int ninetiethBound, int longestBound)
    {
        var functions = Tree.Sources(folder).Where(IsCSharp).SelectMany(FunctionsOf).OrderBy(function => function.Lines).ToList();
        var (median, ninetieth, longest) = Spread(functions.ConvertAll(function => function.Lines));
        output.WriteLine($"{folder}: {functions.Count} functions, median {median}, nine in ten within {ninetieth}, longest {longest} lines");
        foreach (var function in functions.TakeLast(10))
        {
            output.WriteLine($"  {function.Lines,4}  {function.Name}");
        }

        Assert.True(median <= medianBound, $"the median function has {median} lines, more than {medianBound}");
        Assert.True(ninetieth <= ninetiethBound, $"one function in ten has more than {ninetieth} lines, where {ninetiethBound} was reached before");
        Assert.True(longest <= longestBound, $"{functions[^1].Name} has {longest} lines: give its steps names");
    }

    [Theory]
    [InlineData("src", 150, 300)]
    [InlineData("tests", 250, 550)]
    public void Files_stay_short(string folder, int ninetiethBound, int longestBound)
    {
        var files = Tree.Sources(folder).Select(file => (Lines: File.ReadLines(file).Count(), Name: Tree.Relative(file))).Order().ToList();
        var (median, ninetieth, longest) = Spread(files.ConvertAll(file => file.Lines));
        output.WriteLine($"{folder}: {files.Count} files, median {median}, nine in ten within {ninetieth}, longest {longest} lines ({files[^1].Name})");

        Assert.True(ninetieth <= ninetiethBound, $"one file in ten has more than {ninetieth} lines, where {ninetiethBound} was reached before");
        Assert.True(longest <= longestBound, $"{files[^1].Name} has {longest} lines: split it by what its parts are about");
    }

    private static (int Median, int Ninetieth, int Longest) Spread(List<int> sorted) =>
        (sorted[sorted.Count / 2], sorted[sorted.Count * 9 / 10], sorted[^1]);

    private static bool IsCSharp(string file) => Path.GetExtension(file) == ".cs";

    // Methods, constructors, local functions, operators and accessors with a body; signatures without one are not functions.
    private static IEnumerable<(int Lines, string Name)> FunctionsOf(string file) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes()
            .Where(node => node is BaseMethodDeclarationSyntax { Body: not null } or BaseMethodDeclarationSyntax { ExpressionBody: not null }
                or LocalFunctionStatementSyntax or AccessorDeclarationSyntax { Body: not null })
            .Select(node => (LinesOf(node), $"{Tree.Relative(file)}: {NameOf(node)}"));

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        _ => node.Kind().ToString(),
    };
}
