using System.Collections.Immutable;
using System.Globalization;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;

namespace Recorder.Archive.Log;

/// <summary>The files of one lane that are not sealed, oldest first; the last is the one being written.</summary>
internal sealed class LogFiles(IDisk disk, string lane)
{
    /// <summary>Of a file that was set aside because bytes in it are not what was written.</summary>
    public const string DamagedSuffix = ".damaged";
    private const string Suffix = ".active";
    private ImmutableList<ActiveFile> _files = [];

    public IDisk Disk => disk;
    public string Folder { get; } = $"log/{lane}";
    public ImmutableList<ActiveFile> All => Volatile.Read(ref _files);
    public ActiveFile Current => All[^1];

    /// <summary>Has a durable successor, so that nothing will ever be added to it.</summary>
    public ActiveFile? OldestRetired => All is [var oldest, _, ..] ? oldest : null;

    public string PathOf(long number) => $"{Folder}/{number.ToString("D10", CultureInfo.InvariantCulture)}{Suffix}";

    /// <summary>The numbers of the files on the disk, ascending.</summary>
    public IReadOnlyList<long> Numbers() => disk.List(Folder)
        .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(name => long.TryParse(name[..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Where(number => number > 0).Order().ToList();

    /// <summary>Whether a file was set aside and nobody has taken it away.</summary>
    public bool HasDamaged() => disk.List(Folder).Any(name => name.EndsWith(DamagedSuffix, StringComparison.Ordinal));

    /// <summary>A new file of the log, encrypted where that is wished; durable, with its key, when it returns.</summary>
    public ActiveFile Create(FileHeader header)
    {
        var path = PathOf(header.Number);
        if (disk is not EncryptedDisk { Keys: { Encrypts: true } keys }) return ActiveFile.Create(disk, path, header);
        // An attempt before this one may have left a key under the name.
        var key = FileKeys.Make(path, header.Nonce.Span);
        keys.Keep(key);
        return ActiveFile.Create(disk, path, header with { IsEncrypted = true }, new BatchCipher(key.Key));
    }

    /// <summary>What reads the batches of a file; null where they are stored as they are.</summary>
    /// <exception cref="ArchiveException">Unavailable: its key is not there.</exception>
    public BatchCipher? CipherOf(FileHeader header, string path)
    {
        if (!header.IsEncrypted) return null;
        var key = (disk as EncryptedDisk)?.Keys.Find(new Guid(header.Nonce.Span, bigEndian: true));
        return key is null ? throw new ArchiveException(ArchiveFault.Unavailable, EncryptedFile.NoKey(path).Message) : new BatchCipher(key);
    }

    /// <summary>Whether a file has a key by its nonce: what its header would say.</summary>
    public bool HasKey(ReadOnlySpan<byte> nonce) => (disk as EncryptedDisk)?.Keys.Find(new Guid(nonce, bigEndian: true)) is not null;

    /// <summary>Gives up the keys of what was sealed, once there are many.</summary>
    public void Tidy() => (disk as EncryptedDisk)?.Keys.DestroyWhereMany(disk.Exists);

    public void Add(ActiveFile file) => ImmutableInterlocked.Update(ref _files, files => files.Add(file));

    public void Remove(ActiveFile file) => ImmutableInterlocked.Update(ref _files, files => files.Remove(file));

    /// <summary>Where an entry is and the file that has it, entered; the caller exits it.</summary>
    public (ActiveFile File, IndexedEntry At)? Find(RecordId id)
    {
        foreach (var file in All.Reverse())
        {
            if (file.Index.Find(id) is not { } at) continue;
            return file.TryEnter() ? (file, at) : null;
        }
        return null;
    }
}
