using System.Net;
using Microsoft.Extensions.Configuration;
using Recorder.Completeness.Hours;
using Recorder.Flow;
using Recorder.Health;
using Recorder.Intake;
using Recorder.Screening.Sources;
using Recorder.Settings;
using Recorder.Smtp;

namespace Recorder.Tests.Web;

/// <summary>What the overview would say of a running process: 30 days with mail, one of it held.</summary>
internal sealed class FakeOverview : IOverview
{
    public static readonly DateOnly Today = new(2026, 1, 30);

    public OverviewFacts Facts { get; set; } = Make([], 0);

    public static OverviewFacts Make(IReadOnlyList<string> reasons, long lag)
    {
        IReadOnlyList<DayCount> days = [.. Enumerable.Range(1, 30).Select(day => new DayCount(new DateOnly(2026, 1, day), 1000 + day, day, 1_000_000L * day))];
        var health = new HealthReport(reasons.Count == 0 ? "ok" : "degraded", reasons, 4_000, 4_000 - lag, lag, 5_000_000_000, null, 0, 0, Array.Empty<SourceHealth>());
        return new OverviewFacts(health, days, 0, StoragePace.Of(new Recorder.Intake.DiskSpace(5_000_000_000, 9_000_000_000), days), 0, 0)
        {
            Takings = reasons.Count == 0 ? [] : [new Recorder.Recovery.Taking("mallory@example.edu", 5_000, true), new Recorder.Recovery.Taking("alice@example.edu", 1_204, false)],
        };
    }

    public IReadOnlyList<SettingInForce> Settings { get; } = RecorderSettings.From(new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?> { ["Recorder:NextHop:Host"] = "mail", ["Recorder:NextHop:UserName"] = "u", ["Recorder:NextHop:Password"] = "hunter2" }).Build()).InForce;

    public OverviewFacts Look(int days) => Facts with { Days = [.. Facts.Days.TakeLast(days)] };
}

/// <summary>Two hours of today, one of them with gaps.</summary>
internal sealed class FakeCompleteness : ICompleteness
{
    public CompletenessReport Report { get; set; } = new(null, [], 0);

    public static CompletenessReport Make(DateTimeOffset now, long lost)
    {
        var hour = new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero);
        var count = new HourCount(hour.AddHours(-1), 1, 40, 10, Recorded: 1_015, HandedOver: 1_014, Delivered: 1_004, Held: 7, Outbox: 3, Waiting: 1);
        return new CompletenessReport(now, [new HourRow(count, 10 - lost, 10 - lost, 0, lost), new HourRow(count with { Hour = hour }, 10, 10, 0, 0)], 0);
    }
}

internal sealed class FakeSetupChecks : ISetupChecks
{
    public List<string> Sent { get; } = [];

    public IReadOnlyList<Hook> Hooks { get; } =
    [
        new(SmtpProtocol.Lmtp, IntakeMode.Relay, new IPEndPoint(IPAddress.Loopback, 2525)),
        new(SmtpProtocol.Lmtp, IntakeMode.Journal, new IPEndPoint(IPAddress.Loopback, 2527)),
    ];

    public SmtpOptions Smtp { get; } = new() { Domains = ["example.edu"] };

    public Task<IReadOnlyList<SetupCheck>> RunAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<SetupCheck>>([new("domains", true, "example.edu"), new("next-hop", false, "lmtp://mail:24"), new("sign-in", false, "IMAP mail:993", "no <answer>"), new("filter", true, "rspamd")]);

    public Task<TestMail> SendTestAsync(string address, CancellationToken cancel)
    {
        Sent.Add(address);
        return Task.FromResult(new TestMail(null, true, "250 2.0.0 recorded; taken <b>"));
    }
}

/// <summary>What would be said of an archive with a head, and a reading that found something; evidence of every message but one that is not there.</summary>
internal sealed class FakeEvidence : Recorder.Evidence.IEvidence
{
    public static readonly DateTimeOffset At = new(2026, 1, 30, 0, 5, 0, TimeSpan.Zero);
    public static readonly Recorder.Archive.RecordId Missing = new(Guid.Parse("01890000-0000-7000-8000-000000000000"));

    public List<(string Who, string Record, string Reason)> Taken { get; } = [];

    public Recorder.Evidence.EvidenceStatus Status { get; set; } = new(
        new string('a', 64), "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n",
        new Recorder.Archive.Proofs.HeadStatement("main", 17, At, new string('a', 64), new string('b', 64), 4_000, 42, 4_010, new string('c', 64), 1),
        "", null, null,
        new Recorder.Evidence.CheckStatus(null, 0, 0, 0, new Recorder.Ledger.ArchiveCheckState(At, At.AddHours(1), 12, 4_000, 9_000_000, 1, ["main/mail-20260130-000000000001-000000000009.0.seg: its bytes <are> lost"]), At.AddDays(28), null));

    public Task<Func<Stream, CancellationToken, Task>?> TakeAsync(Recorder.Ledger.Actor actor, Recorder.Archive.RecordId id, string reason, CancellationToken cancel)
    {
        if (reason.Length < Recorder.Evidence.EvidenceDesk.MinReason) throw new Recorder.Ledger.ActRefusedException("bad-reason", "why");
        if (id == Missing) return Task.FromResult<Func<Stream, CancellationToken, Task>?>(null);
        Taken.Add((actor.Name, id.ToString(), reason));
        return Task.FromResult<Func<Stream, CancellationToken, Task>?>(async (into, stop) => await into.WriteAsync("PK"u8.ToArray(), stop));
    }
}
