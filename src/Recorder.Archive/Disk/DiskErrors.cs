namespace Recorder.Archive.Disk;

internal static class DiskErrors
{
    // IOException.HResult is the raw errno on Unix and an HRESULT on Windows.
    private const int EnospcUnix = 28, EdquotLinux = 122, EdquotMac = 69;
    private const int DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <returns>The error as <see cref="IDisk"/> promises it; null when it already is.</returns>
    public static IOException? Translate(Exception error) => error switch
    {
        DiskFullException => null,
        IOException { HResult: var code } when IsFull(code) => new DiskFullException(error.Message, error),
        UnauthorizedAccessException => new IOException(error.Message, error),
        _ => null,
    };

    public static bool IsFull(int code) => code is EnospcUnix or DiskFullWindows or HandleDiskFullWindows
        || (code == EdquotLinux && OperatingSystem.IsLinux()) || (code == EdquotMac && OperatingSystem.IsMacOS());
}
