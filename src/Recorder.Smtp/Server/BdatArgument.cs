using System.Globalization;

namespace Recorder.Smtp.Server;

/// <param name="IsValid">False: the size is known, so the bytes can be dropped, but the rest is wrong.</param>
internal sealed record BdatArgument(long SizeBytes, bool IsLast, bool IsValid)
{
    /// <returns>null without a readable size.</returns>
    public static BdatArgument? Read(string argument)
    {
        var words = argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size)) return null;
        var last = words.Length == 2 && words[1].Equals("LAST", StringComparison.OrdinalIgnoreCase);
        return new BdatArgument(size, last, last || words.Length == 1);
    }
}
