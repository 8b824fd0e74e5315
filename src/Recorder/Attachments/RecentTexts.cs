using System.Security.Cryptography;
using Recorder.Mail;

namespace Recorder.Attachments;

/// <summary>What was read lately, up to a number of characters. For one thread.</summary>
internal sealed class RecentTexts
{
    private const int MaxChars = 8 << 20;

    // So that files without text are counted too.
    private const int CharsOfOne = 200;

    private readonly Dictionary<string, LinkedListNode<(string Key, FileText Text)>> byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, FileText Text)> newestFirst = [];
    private int chars;

    /// <summary>The name counts where it decides how the bytes are read.</summary>
    public static string KeyOf(ReadOnlySpan<byte> content, string name, string contentType) =>
        string.Concat(Convert.ToHexString(SHA256.HashData(content)), Path.GetExtension(name).ToLowerInvariant(), "/", contentType);

    public FileText? Find(string key)
    {
        if (!byKey.TryGetValue(key, out var found)) return null;
        newestFirst.Remove(found);
        newestFirst.AddFirst(found);
        return found.Value.Text;
    }

    public void Add(string key, FileText text)
    {
        if (byKey.ContainsKey(key)) return;
        byKey[key] = newestFirst.AddFirst((key, text));
        chars += Cost(text);
        while (chars > MaxChars && newestFirst.Last is { } oldest && oldest != newestFirst.First)
        {
            newestFirst.RemoveLast();
            byKey.Remove(oldest.Value.Key);
            chars -= Cost(oldest.Value.Text);
        }
    }

    private static int Cost(FileText text) => CharsOfOne + text.Text.Length;
}
