using System.Diagnostics;
using System.Reflection;
using Xunit.v3;

[assembly: Recorder.TestShared.Journal]

namespace Recorder.TestShared;

/// <summary>
/// Writes each test's begin and end to the file that RECORDER_TEST_JOURNAL names, so that after a run that was cut off one
/// sees which test it was in, and after any run where the time went.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class JournalAttribute : BeforeAfterTestAttribute
{
    private static readonly string? Path = Environment.GetEnvironmentVariable("RECORDER_TEST_JOURNAL");
    private static readonly Lock Writing = new();
    private static readonly AsyncLocal<long> Begun = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        Begun.Value = Stopwatch.GetTimestamp();
        Write($"begin\t0\t{test.TestDisplayName}");
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test) =>
        Write($"end\t{(long)Stopwatch.GetElapsedTime(Begun.Value).TotalMilliseconds}\t{test.TestDisplayName}");

    private static void Write(string line)
    {
        if (Path is null)
        {
            return;
        }

        lock (Writing)
        {
            File.AppendAllText(Path, line.ReplaceLineEndings(" ") + "\n");
        }
    }
}
