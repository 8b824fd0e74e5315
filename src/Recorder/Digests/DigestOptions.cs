using System.ComponentModel.DataAnnotations;

namespace Recorder.Digests;

/// <summary>Section <c>Digests</c>: mails that tell people what is held for them.</summary>
public sealed class DigestOptions
{
    public const string Section = "Digests";

    /// <summary>How people reach the pages from outside, e.g. https://archive.example.edu. Empty: no digests, since their links would lead nowhere.</summary>
    [MaxLength(200)]
    public string PublicUrl { get; set; } = "";

    /// <summary>Times of day for those who chose none, e.g. 08:00,17:00. Empty: only those who choose a time get digests.</summary>
    [MaxLength(200)]
    public string Times { get; set; } = "08:00";

    /// <summary>Days of the week for those who chose none, e.g. Monday,Thursday. Empty: every day.</summary>
    [MaxLength(100)]
    public string Days { get; set; } = "";

    /// <summary>Time zone for those who chose none, e.g. Asia/Taipei. Empty: the server's own.</summary>
    [MaxLength(64)]
    public string TimeZone { get; set; } = "";

    /// <summary>en or zh-Hant for those whose language is not known. Empty: both in one digest.</summary>
    [RegularExpression("^(en|zh-Hant)?$", ErrorMessage = "write en, zh-Hant, or nothing for both")]
    public string Language { get; set; } = "";

    /// <summary>Address in the From field. Empty: quarantine@ and the host's name.</summary>
    [MaxLength(320)]
    public string From { get; set; } = "";

    /// <summary>Rows of a digest, for new messages and for expiring ones each; the rest is counted.</summary>
    [Range(1, 500)]
    public int MaxRows { get; set; } = 100;

    /// <summary>Days for which a digest's links work.</summary>
    [Range(1, 90)]
    public int LinkDays { get; set; } = 14;

    /// <summary>A held message is listed once more this many days before its retention ends. 0: never.</summary>
    [Range(0, 90)]
    public int ExpiringDays { get; set; } = 3;
}
