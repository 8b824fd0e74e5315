using System.Net;
using System.Net.Sockets;
using Recorder.Intake;

namespace Recorder.Health;

/// <summary>What the machine must offer before <c>serve</c> starts: a folder to write to, room in it, and the ports.</summary>
internal static class MachineChecks
{
    /// <param name="folder">Of the data; need not be there yet.</param>
    public static IReadOnlyList<SetupCheck> Run(string folder, IEnumerable<IPEndPoint> ports) =>
        [Folder(folder), Space(folder), .. ports.Where(place => place.Port != 0).Select(Port)];

    // Nothing stays: the folder itself is made by what needs it.
    private static SetupCheck Folder(string path)
    {
        var there = Existing(path);
        var probe = Path.Combine(there, $".doctor-{Environment.ProcessId}");
        try
        {
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) return new SetupCheck("folder", true, Path.GetFullPath(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new SetupCheck("folder", false, Path.GetFullPath(path), error.Message);
        }
    }

    private static SetupCheck Space(string path)
    {
        var drive = new DriveInfo(Path.GetFullPath(Existing(path)));
        var space = new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
        return new SetupCheck("space", space.Level == DiskLevel.Fine, FormattableString.Invariant($"{space.FreeBytes / 1e9:0.0} GB, {space.FreePercent:0} %"));
    }

    private static SetupCheck Port(IPEndPoint place)
    {
        try
        {
            using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(place);
            return new SetupCheck("port", true, place.ToString());
        }
        catch (SocketException error)
        {
            return new SetupCheck("port", false, place.ToString(), error.Message);
        }
    }

    private static string Existing(string path)
    {
        var there = Path.GetFullPath(path);
        while (!Directory.Exists(there)) there = Path.GetDirectoryName(there) ?? Path.GetPathRoot(there)!;
        return there;
    }
}
