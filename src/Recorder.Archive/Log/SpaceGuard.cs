using Recorder.Archive.Disk;

namespace Recorder.Archive.Log;

/// <summary>Refuses quickly while the disk is as good as full. While there is plenty, it is asked once a second.</summary>
internal sealed class SpaceGuard(IDisk disk, TimeProvider time)
{
    private const long PlentyBytes = 4L * 1024 * 1024 * 1024;
    private long _plentyUntil;

    public long FreeBytes => disk.FreeBytes;

    /// <exception cref="ArchiveException">DiskFull.</exception>
    public void Require(long reserveBytes)
    {
        var now = time.GetTimestamp();
        if (reserveBytes < PlentyBytes && now < Volatile.Read(ref _plentyUntil)) return;
        var free = disk.FreeBytes;
        if (free >= 2 * PlentyBytes) Volatile.Write(ref _plentyUntil, now + time.TimestampFrequency);
        if (free < reserveBytes)
            throw new ArchiveException(ArchiveFault.DiskFull, $"{free} bytes are free and {reserveBytes} are kept in reserve");
    }
}
