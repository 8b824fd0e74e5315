using System.Security.Cryptography;
using System.Text;

namespace Recorder;

/// <summary>Names something of a record in addresses without saying what: the record's id, <c>~</c>, and a part of a hash.</summary>
internal static class OpaqueId
{
    private const int MaxChars = 100;

    public static string Of(string recordId, string what) => $"{recordId}~{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(what)).AsSpan(0, 8))}";

    /// <returns>The record's id; null for what is no such name.</returns>
    public static string? RecordOf(string id) => id.Length <= MaxChars && id.IndexOf('~', StringComparison.Ordinal) is var end and > 0 ? id[..end] : null;
}
