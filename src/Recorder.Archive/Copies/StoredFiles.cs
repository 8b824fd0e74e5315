using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;

namespace Recorder.Archive.Copies;

/// <summary>What a copy takes: files as they are stored, encrypted ones without being decrypted. Only to check them they are.</summary>
internal static class StoredFiles
{
    public static IDisk Of(IDisk disk) => disk is EncryptedDisk encrypted ? encrypted.Raw : disk;

    /// <param name="plainBytes">Of the file as its reader sees it.</param>
    public static long BytesOf(IDisk disk, string path, long plainBytes) => disk is EncryptedDisk encrypted ? encrypted.StoredBytes(path, plainBytes) : plainBytes;

    /// <param name="file">Of the archive or of a copy; stays open.</param>
    /// <param name="problemOfPlain">What is wrong with the plain bytes.</param>
    public static string? ProblemOf(IDisk disk, IDiskFile file, string path, Func<IDiskFile, string?> problemOfPlain)
    {
        if (disk is not EncryptedDisk encrypted) return problemOfPlain(file);
        try
        {
            var plain = encrypted.PlainOf(file, path, owns: false);
            if (plain == file) return problemOfPlain(file);
            using (plain) return problemOfPlain(plain);
        }
        catch (ArchiveException error)
        {
            return error.Message;
        }
    }
}
