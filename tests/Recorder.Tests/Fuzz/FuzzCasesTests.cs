using Recorder.Fuzz;
using Recorder.Tests.Architecture;

namespace Recorder.Tests.Fuzz;

/// <summary>What fuzzing found, and where it starts (tests/Recorder.Fuzz): every case goes through its target's judge.</summary>
public class FuzzCasesTests
{
    public static TheoryData<string> Targets() => [.. FuzzTarget.All.Keys];

    [Theory, MemberData(nameof(Targets))]
    public void Found_cases_and_seeds_satisfy_their_judge(string name)
    {
        var target = FuzzTarget.All[name]();
        var folder = Path.Combine(Tree.Root, "tests", "Recorder.Fuzz", "Cases", name);
        var cases = Directory.Exists(folder) ? Directory.GetFiles(folder).Order() : Enumerable.Empty<string>();
        foreach (var input in cases.Select(File.ReadAllBytes).Concat(target.Seeds())) target.Run(input);
    }

    /// <summary>A judge that lets everything pass would find nothing: each of these breaks a rule on purpose.</summary>
    [Fact]
    public void The_judges_object()
    {
        Assert.Throws<OracleException>(() => Oracle.Holds(false, "x"));
        Assert.Throws<OracleException>(() => Oracle.Same(1, 2, "x"));
        Assert.Throws<OracleException>(() => Recorder.Fuzz.Targets.HtmlTarget.CheckHarmless("<img src=x onerror=1>"));
        Assert.Throws<OracleException>(() => Recorder.Fuzz.Targets.HtmlTarget.CheckHarmless("<p style='background:url(http://e)'>"));
    }

    [Fact]
    public void Plain_mutation_runs_where_nothing_guides()
    {
        var mutator = new Mutator(new Random(7), [.. FuzzTarget.All["dots"]().Seeds()]);
        var target = FuzzTarget.All["dots"]();
        for (var run = 0; run < 2_000; run++) target.Run(mutator.Next());
    }
}
