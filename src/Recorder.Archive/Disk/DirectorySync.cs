using System.Runtime.InteropServices;

namespace Recorder.Archive.Disk;

/// <summary>fsync(2) of a folder, which .NET has no call for: it makes names in the folder durable.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    public static void Sync(string path)
    {
        // NTFS journals names by itself and gives no handle to flush a folder by.
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0) throw Error($"cannot open the folder {path} for fsync");
        try
        {
            // EINVAL: a file system without folder fsync (some network and FUSE mounts) makes names durable its own way.
            if (FSync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
                throw Error($"fsync of the folder {path} failed");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Error(string what)
    {
        var code = Marshal.GetLastPInvokeError();
        var message = $"{what}: {Marshal.GetPInvokeErrorMessage(code)}";
        return DiskErrors.IsFull(code) ? new DiskFullException(message) : new IOException(message, code);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
