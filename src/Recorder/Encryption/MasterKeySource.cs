using System.Diagnostics;
using System.Text;
using Recorder.Archive.Encryption;

namespace Recorder.Encryption;

/// <summary>The master key cannot be had. The message never has any of it.</summary>
public sealed class MasterKeyException(string setting, string reason) : Exception(reason)
{
    /// <summary>The setting to look at, below <c>Encryption</c>.</summary>
    public string Setting { get; } = setting;
}

/// <summary>Reads the master keys from where the settings say.</summary>
internal static class MasterKeySource
{
    private const int MaxBytes = 4096;

    /// <summary>In order: the first wraps what is new, the others are former ones. None where no source is named.</summary>
    /// <exception cref="MasterKeyException">The source cannot be read, holds something else, or several are named.</exception>
    public static IReadOnlyList<MasterKey> Read(EncryptionOptions options)
    {
        var sources = new List<(string Setting, Func<string> Read)>();
        if (options.KeyFile.Length > 0) sources.Add((nameof(options.KeyFile), () => FromFile(options.KeyFile)));
        if (options.KeyVariable.Length > 0) sources.Add((nameof(options.KeyVariable), () => FromVariable(options.KeyVariable)));
        if (options.KeyCommand.Length > 0) sources.Add((nameof(options.KeyCommand), () => FromCommand(options)));
        return sources switch
        {
            [] when options.Enabled => throw new MasterKeyException(nameof(options.KeyFile), "encryption needs a master key; name a KeyFile, a KeyVariable or a KeyCommand (docs/encryption.md)"),
            [] => [],
            [var (setting, read)] => Parse(setting, read()),
            _ => throw new MasterKeyException(sources[1].Setting, $"and {sources[0].Setting} are both given; the master key has one source"),
        };
    }

    private static IReadOnlyList<MasterKey> Parse(string setting, string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length == 0) throw new MasterKeyException(setting, "gives nothing");
        return [.. lines.Select((line, index) => MasterKey.Parse(line) ?? throw new MasterKeyException(setting, $"line {index + 1} of what it gives is not base64 of {MasterKey.KeyBytes} bytes; make a key with recorder encryption new-key"))];
    }

    private static string FromFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return ReadShort(file) ?? throw new MasterKeyException(nameof(EncryptionOptions.KeyFile), $"'{path}' is larger than a key file is");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException(nameof(EncryptionOptions.KeyFile), $"'{path}' cannot be read: {error.Message}");
        }
    }

    private static string FromVariable(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new MasterKeyException(nameof(EncryptionOptions.KeyVariable), $"there is no environment variable {name}");

    private static string FromCommand(EncryptionOptions options)
    {
        using var process = Start(options.KeyCommand);
        try
        {
            var output = Task.Run(() => ReadShort(process.StandardOutput.BaseStream));
            var limit = TimeSpan.FromSeconds(options.KeyCommandSeconds);
            if (!output.Wait(limit)) throw CommandFailed($"took longer than {options.KeyCommandSeconds} s");
            var text = output.Result ?? throw CommandFailed("gave more than a key");
            if (!process.WaitForExit(limit)) throw CommandFailed($"took longer than {options.KeyCommandSeconds} s");
            return process.ExitCode == 0 ? text : throw CommandFailed($"ended with exit code {process.ExitCode}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    // Its errors go where ours go; what it prints is the secret and goes nowhere.
    private static Process Start(string command)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw CommandFailed("could not be run");
        }
    }

    private static MasterKeyException CommandFailed(string how) => new(nameof(EncryptionOptions.KeyCommand), $"the command {how}");

    private static string? ReadShort(Stream stream)
    {
        var bytes = new byte[MaxBytes + 1];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read <= MaxBytes ? Encoding.UTF8.GetString(bytes, 0, read) : null;
    }
}
