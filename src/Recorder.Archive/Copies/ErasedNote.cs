using System.Text;
using System.Text.Json;
using Recorder.Archive.Disk;

namespace Recorder.Archive.Copies;

/// <summary>
/// A record that was erased after a copy was made, noted beside the copy: whoever restores it leaves the record out. Lines of
/// JSON; a line that cannot be read does not count.
/// </summary>
public sealed record ErasedNote(RecordId Id, DateTimeOffset At)
{
    public const string FileName = "backup.erased";
    private const int MaxBytes = 1 << 28;

    /// <summary>Durable when it returns. What is noted already is not noted twice.</summary>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public static void Add(IDisk copy, IReadOnlyList<ErasedNote> notes)
    {
        var before = Read(copy);
        var all = before.Concat(notes).DistinctBy(note => note.Id).ToList();
        if (all.Count == before.Count) return;
        DurableFile.Write(copy, FileName, stream => stream.Write(Encode(all)), replace: true);
    }

    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static IReadOnlyList<ErasedNote> Read(IDisk copy)
    {
        if (!copy.Exists(FileName)) return [];
        using var file = copy.Open(FileName, DiskMode.Read);
        if (file.Length > MaxBytes) throw new IOException($"{FileName} is larger than it can be");
        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        return [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(Decode).OfType<ErasedNote>()];
    }

    private sealed record Line(string Id, DateTimeOffset At);

    private static byte[] Encode(List<ErasedNote> notes) =>
        Encoding.UTF8.GetBytes(string.Concat(notes.Select(note => JsonSerializer.Serialize(new Line(note.Id.ToString(), note.At), JsonSerializerOptions.Web) + "\n")));

    private static ErasedNote? Decode(string text)
    {
        try
        {
            return text.Length > 0 && JsonSerializer.Deserialize<Line>(text, JsonSerializerOptions.Web) is { } line && RecordId.TryParse(line.Id, out var id)
                ? new ErasedNote(id, line.At) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
