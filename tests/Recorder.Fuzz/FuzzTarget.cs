using System.Text;
using Recorder.Fuzz.Targets;

namespace Recorder.Fuzz;

/// <summary>A piece of the product that reads what strangers wrote, with a judge of what it did.</summary>
public abstract class FuzzTarget
{
    /// <summary>Assemblies whose branches guide the search, beside our own.</summary>
    public virtual IReadOnlyList<string> Libraries => [];

    /// <summary>Where the search starts.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <exception cref="Exception">The target threw what it must not, or <see cref="Oracle"/> was not satisfied.</exception>
    public abstract void Run(byte[] input);

    /// <summary>By the name that the command line takes. Made late: code that is instrumented must not run before the fuzzer is ready.</summary>
    public static IReadOnlyDictionary<string, Func<FuzzTarget>> All { get; } = new Dictionary<string, Func<FuzzTarget>>
    {
        ["session"] = () => new SessionTarget(), ["dots"] = () => new DotsTarget(), ["replies"] = () => new RepliesTarget(),
        ["segment"] = () => new SegmentTarget(), ["active"] = () => new ActiveFileTarget(), ["ledger"] = () => new LedgerTarget(),
        ["document"] = () => new DocumentTarget(), ["query"] = () => new QueryTarget(), ["html"] = () => new HtmlTarget(), ["trace"] = () => new TraceTarget(),
        ["files"] = () => new FilesTarget(), ["evidence"] = () => new EvidenceTarget(),
    };

    protected static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}

/// <summary>What must hold, whatever the input.</summary>
public static class Oracle
{
    public static void Holds(bool condition, string what)
    {
        if (!condition) throw new OracleException(what);
    }

    public static void Same<T>(T expected, T actual, string what) =>
        Holds(EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: expected «{expected}», got «{actual}»");
}

public sealed class OracleException(string message) : Exception(message);
