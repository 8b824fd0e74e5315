using Recorder.Archive;
using Recorder.Attachments;
using Recorder.Delivery.Outbox;
using Recorder.Digests;
using Recorder.Encryption;
using Recorder.Evidence;
using Recorder.Indexing;
using Recorder.Intake;
using Recorder.Retention;
using Recorder.Screening.Learning;
using Recorder.Screening.Sources;
using Recorder.Transfer.Backup;

namespace Recorder.Health;

/// <summary>One look at what an operator must know: is mail being taken, is everything findable, is there room.</summary>
public sealed class HealthCheck(
    MailArchive archive, IndexFollower index, IndexCare care, DiskWatermark disk, IDigestStatus digests, OutboxState outbox, VerdictSources sources, IMirror mirror, ReportLearner learner,
    AttachmentFollower attachments, IEvidence evidence, RetentionRounds retention, KeysCopy keysCopy)
{
    // Further behind than this, people search for mail that is not findable yet.
    private const long LagToReport = 10_000;

    // A round that copies a large day takes minutes, not this long.
    private const long MirrorAgeToReport = 900;

    public HealthReport Report()
    {
        var status = archive.Status;
        var lag = Math.Max(0, status.DurableSequence - index.Status.Through);
        var reasons = new List<string>();
        if (disk.Level != DiskLevel.Fine)
        {
            reasons.Add($"disk: {disk.Space.FreePercent:F0} % free");
        }

        if (lag > LagToReport)
        {
            reasons.Add($"index: {lag} entries behind");
        }

        AddCare(reasons);
        if (!status.Recovery.IsClean)
        {
            reasons.Add("archive: the last start found damage; run recorder verify");
        }

        if (status.LastError is { } error)
        {
            reasons.Add($"archive: {error}");
        }

        var filters = sources.Health;
        AddScreening(reasons, filters);
        AddEvidence(reasons);
        reasons.AddRange(attachments.Status.LastError is { } standing ? [$"attachments: {standing}"] : Array.Empty<string>());
        AddWork(reasons);
        AddCopies(reasons);
        if (outbox.IsStuck)
        {
            reasons.Add($"outbox: the oldest of {outbox.Depth} deliveries has waited {outbox.OldestAge.TotalHours:F0} hours");
        }

        return new HealthReport(reasons.Count == 0 ? "ok" : "degraded", reasons, status.DurableSequence, index.Status.Through, lag, disk.Space.FreeBytes,
            digests.Status.LastRun, outbox.Depth, (long)outbox.OldestAge.TotalSeconds, filters, mirror.Status) { Attachments = attachments.Status, Check = evidence.Status.Check };
    }

    private void AddEvidence(List<string> reasons)
    {
        var now = evidence.Status;
        if (now.Problem is { } problem)
        {
            reasons.Add($"signed heads: {problem}");
        }

        if (now.Check is { Findings: > 0 } check)
        {
            reasons.Add($"archive: the reading under way has {check.Findings} findings; run recorder verify");
        }
        else if (now.Check.Last is { Findings: > 0 } last)
        {
            reasons.Add($"archive: {last.Findings} findings when it was last read, the first: {last.Problems.FirstOrDefault()}");
        }

        if (now.Check is { Problem: { } stuck })
        {
            reasons.Add($"archive: reading it was cut short: {stuck}");
        }
    }

    private void AddCopies(List<string> reasons)
    {
        if (keysCopy.Problem is { } notCopied)
        {
            reasons.Add($"copy of the key file: {notCopied}");
        }

        if (mirror.Status is not { } status)
        {
            return;
        }

        if (status.Error is { } error)
        {
            reasons.Add($"mirror: {error}");
        }
        else if (status.AgeSeconds > MirrorAgeToReport)
        {
            reasons.Add($"mirror: {status.Lag} entries behind");
        }

        reasons.AddRange(status.Findings.Select(finding => $"archive: {finding}"));
    }

    private void AddScreening(List<string> reasons, IReadOnlyList<SourceHealth> filters)
    {
        reasons.AddRange(filters.Where(filter => filter.LastError is not null).Select(filter => $"screening: {filter.Name} gives no verdicts: {filter.LastError}"));
        if (learner.Status is { LastError: { } why, Waiting: var waiting })
        {
            reasons.Add($"screening: {waiting} reports wait for the filter's learner: {why}");
        }
    }

    private void AddCare(List<string> reasons)
    {
        var status = care.Status;
        if (status.Gaps.Count > 0)
        {
            reasons.Add($"index: {status.Gaps.Count} partitions are being made anew, up to {status.GapEntries} entries cannot be found meanwhile");
        }

        if (status.Missing > 0)
        {
            reasons.Add($"index: {status.Missing} records are in the log and not in the index");
        }

        if (status.LastError is { } error)
        {
            reasons.Add($"index: {error}");
        }
    }

    /// <summary>What is done by itself: digests, and the work of retention.</summary>
    private void AddWork(List<string> reasons)
    {
        if (retention.LastProblem is { } kept)
        {
            reasons.Add($"retention: {kept}");
        }

        var status = digests.Status;
        if (status.IsOverdue)
        {
            reasons.Add("digests: no run has ended for ten minutes");
        }

        if (status.LastError is { } error)
        {
            reasons.Add($"digests: {error}");
        }
    }
}
