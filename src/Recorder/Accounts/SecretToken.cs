using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Recorder.Accounts;

/// <summary>Tokens of sessions and programs: random, and known by their hash alone.</summary>
internal static class SecretToken
{
    /// <summary>Tells a program's token from a session's, and both from other secrets in a scan of files.</summary>
    public const string ProgramPrefix = "rec_";

    private const int Bytes = 32, Length = 43;

    public static string Make() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(Bytes));

    public static bool IsSession(string token) => token.Length == Length;

    public static bool IsProgram(string token) => token.Length == Length + ProgramPrefix.Length && token.StartsWith(ProgramPrefix, StringComparison.Ordinal);

    public static string HashOf(string token) => WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
