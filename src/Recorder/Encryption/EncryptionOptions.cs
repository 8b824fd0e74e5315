using System.ComponentModel.DataAnnotations;

namespace Recorder.Encryption;

/// <summary>Section <c>Encryption</c>: whether the archive's files are encrypted, and where the master key comes from (docs/encryption.md).</summary>
public sealed class EncryptionOptions
{
    public const string Section = "Encryption";

    /// <summary>Encrypt what is written from now on: the log, segments and large bodies. Off: what is encrypted already is still read, for as long as the master key is given.</summary>
    public bool Enabled { get; set; }

    /// <summary>A file outside of the data folder with the master key: base64 of 32 bytes on the first line (recorder encryption new-key makes one). Further lines may hold former ones.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Instead of a file: the name of an environment variable with the same text.</summary>
    public string KeyVariable { get; set; } = "";

    /// <summary>Instead of a file: a command whose output is the same text, run by /bin/sh at every start. It is not shown.</summary>
    public string KeyCommand { get; set; } = "";

    /// <summary>Seconds that the command may take.</summary>
    [Range(1, 300)]
    public int KeyCommandSeconds { get; set; } = 30;

    /// <summary>A folder on another disk, apart from the data and the mirror, in which archive.keys is kept too. Without one, a disk that is lost takes the mail with it although there is a mirror. Empty: none.</summary>
    public string KeysCopy { get; set; } = "";
}
