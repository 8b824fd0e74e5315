using Recorder.Search.Analysis;

namespace Recorder.Search.Documents;

/// <summary>The first author's address, as hits are counted by it.</summary>
internal static class SenderValue
{
    /// <param name="from">"Name &lt;address&gt;, …" or a bare address.</param>
    /// <returns>Null where there is no address that a query could name.</returns>
    public static string? Of(string from)
    {
        // A name may hold an address too; what people answer to stands in the brackets.
        for (var open = from.IndexOf('<', StringComparison.Ordinal); open >= 0; open = from.IndexOf('<', open + 1))
            if (from.IndexOf('>', open) is var close and > 0 && AddressShape.Whole(from[(open + 1)..close]) is { } bracketed) return Short(bracketed);
        return AddressShape.Whole(from.Split(',', 2)[0]) is { } bare ? Short(bare) : null;
    }

    private static string? Short(string address) => address.Length <= AddressShape.MaxChars ? address : null;
}
