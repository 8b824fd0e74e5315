using Recorder.Settings;

namespace Recorder.Control;

/// <summary>The data folder is in use by another process.</summary>
public sealed class DataFolderInUseException(string path)
    : Exception($"The data folder {path} is in use by another recorder process. Stop it first, or name another folder with --Recorder:Data:Path.");

/// <summary>Holds the data folder for one process: two writers on one log would break its order.</summary>
public sealed class DataFolder : IDisposable
{
    // A unix socket's path is limited to 107 bytes (unix(7)).
    private const int MaxSocketPathBytes = 107;
    private readonly FileStream handle;

    private DataFolder(FileStream handle) => this.handle = handle;

    /// <exception cref="DataFolderInUseException">Somebody else holds it.</exception>
    public static DataFolder Hold(DataOptions options)
    {
        Close(options.Path);
        Close(options.Keys);

        try
        {
            // FileShare.None is an advisory flock on Unix: gone with the process, also after kill -9.
            return new DataFolder(new FileStream(Path.Combine(options.Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new DataFolderInUseException(Path.GetFullPath(options.Path));
        }
    }

    /// <returns>null when somebody else holds it.</returns>
    public static DataFolder? TryHold(DataOptions options)
    {
        try
        {
            return Hold(options);
        }
        catch (DataFolderInUseException)
        {
            return null;
        }
    }

    /// <summary>Where the process that holds the folder listens for the command line.</summary>
    /// <exception cref="SettingsException">The folder's path is longer than a unix socket allows.</exception>
    public static string SocketPath(DataOptions options)
    {
        var full = Path.GetFullPath(Path.Combine(options.Path, "control.sock"));
        return System.Text.Encoding.UTF8.GetByteCount(full) <= MaxSocketPathBytes
            ? full
            : throw new SettingsException("Recorder:Data:Path", $"is too long: its full path may have at most {MaxSocketPathBytes - "/control.sock".Length} bytes");
    }

    // The keys' folder too, for copies made of it.
    private static void Close(string folder)
    {
        try
        {
            MakePrivate(folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(
                "Recorder:Data:Path", $"the folder {Path.GetFullPath(folder)} cannot be used ({problem.Message.TrimEnd('.')}); run this as the user of the service, or name a folder of your own");
        }
    }

    private static void MakePrivate(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void Dispose() => handle.Dispose();
}
