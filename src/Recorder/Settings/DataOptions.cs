using System.ComponentModel.DataAnnotations;

namespace Recorder.Settings;

/// <summary>Section <c>Data</c>: where everything is kept.</summary>
public sealed class DataOptions
{
    public const string Section = "Data";

    /// <summary>Folder of everything: archive, state, indexes, keys.</summary>
    [Required]
    public string Path { get; set; } = "data";

    /// <summary>The active file of the log is sealed at this size. Larger ones seal better; smaller ones are read faster at start.</summary>
    [Range(1_048_576, 4_294_967_296)]
    public long ActiveFileMaxBytes { get; set; } = 268_435_456;

    /// <summary>A second folder, best on another disk or machine, that is kept as a copy of the archive and its keys, without those of encrypted files; empty: none.</summary>
    public string Mirror { get; set; } = "";

    /// <summary>Seconds between two looks for what the mirror does not have yet. What came since the last is lost with the disk.</summary>
    [Range(1, 3600)]
    public int MirrorSeconds { get; set; } = 10;

    public string Archive => System.IO.Path.Combine(Path, "archive");
    public string StateFile => System.IO.Path.Combine(Path, "state", "state.db");
    public string MailIndex => System.IO.Path.Combine(Path, "index", "mail");
    public string EventIndex => System.IO.Path.Combine(Path, "index", "events");
    public string Keys => System.IO.Path.Combine(Path, "keys");
}
