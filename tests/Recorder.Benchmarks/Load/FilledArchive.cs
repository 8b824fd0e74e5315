using System.Buffers;
using System.Globalization;
using System.Text;
using Recorder.Archive;
using Recorder.Archive.Disk;
using Recorder.Archive.Encryption;
using Recorder.Archive.Proofs;
using Recorder.Intake;
using Recorder.Ledger;
using Recorder.Mail;
using Recorder.Smtp;

namespace Recorder.Benchmarks.Load;

/// <summary>An archive filled through its own door, with the headers and confirmations that the product writes.</summary>
internal static class FilledArchive
{
    private const int AtOnce = 200;

    /// <param name="mail">The bytes of each record.</param>
    /// <param name="each">Told of each record.</param>
    public static async Task AppendAsync(MailArchive archive, IEnumerable<byte[]> mail, Action<RecordId, byte[]> each, CancellationToken cancel)
    {
        using var places = new SemaphoreSlim(AtOnce);
        var running = new List<Task>();
        var number = 0;
        foreach (var bytes in mail)
        {
            await places.WaitAsync(cancel);
            running.RemoveAll(task => task.IsCompletedSuccessfully);
            running.Add(OneAsync(number++, bytes));
        }

        await Task.WhenAll(running);

        async Task OneAsync(int at, byte[] bytes)
        {
            try
            {
                var id = await RecordAsync(archive, at, bytes, cancel);
                lock (places) each(id, bytes);
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <param name="key">Marks entries, as the product does; null: none.</param>
    /// <param name="keys">Encrypts; null: nothing is.</param>
    public static Task<MailArchive> OpenAsync(string folder, CancellationToken cancel, LogKey? key = null, FileKeys? keys = null)
    {
        Directory.CreateDirectory(folder);
        return MailArchive.OpenAsync(new ArchiveOptions(), new RealDisk(folder), TimeProvider.System, cancel, key: key, keys: keys);
    }

    private static async Task<RecordId> RecordAsync(MailArchive archive, int number, byte[] bytes, CancellationToken cancel)
    {
        await using var writer = archive.BeginContent();
        await writer.WriteAsync(new ReadOnlySequence<byte>(bytes), cancel);
        await using var content = await writer.CompleteAsync(cancel);
        var now = TimeProvider.System.GetUtcNow();
        var to = string.Create(CultureInfo.InvariantCulture, $"u{number % 500}@example.edu");
        var header = new RecordedMail(
            $"p{number % 977}@example.org", [new RecordedRecipient(to, [to], Dispositions.Journal)], MailParameters.None, now, "default",
            RecordedMail.JournalMode, "127.0.0.1", "mail.example.org", "ESMTP", null, null, null, new WireShape(bytes.Length, false, false, false, false, 78));
        var clusterKey = ClusterKey.Of(HeaderScan.Scan(bytes.AsSpan(0, Math.Min(bytes.Length, 64 * 1024)), "X-None"));
        var receipt = await archive.AppendAsync(new NewMail(header.Encode(), content, now, clusterKey), cancel);
        var confirmed = new AnswerConfirmed(receipt.Id.ToString(), [to]) { Actor = new Actor("peer", "mail.example.org", "127.0.0.1"), At = now };
        await archive.AppendAsync(new NewEvent(LedgerJson.Encode(confirmed)), cancel);
        return receipt.Id;
    }

    /// <summary>Real mail where it is there, else generated with attachments, in shuffled order; every copy but the first differs in one line.</summary>
    public static IEnumerable<byte[]> Mixed(IReadOnlyList<byte[]> mails, int copies)
    {
        var random = new Random(7);
        var order = mails.ToArray();
        for (var copy = 0; copy < copies; copy++)
        {
            random.Shuffle(order);
            foreach (var mail in order)
            {
                yield return copy == 0 ? mail : [.. Encoding.ASCII.GetBytes($"X-Copy: {copy} {random.Next()}\r\n"), .. mail];
            }
        }
    }

    /// <summary>What <see cref="Mixed"/> takes.</summary>
    public static (IReadOnlyList<byte[]> Mails, string Source) Mails()
    {
        if (Soak.RealMail.Load() is { Count: > 0 } real)
        {
            return (real, $"{real.Count} real messages");
        }

        var pool = new MailPool(11, random => random.Next(500, 12_000), attachmentShare: 0.05);
        return ([.. Enumerable.Range(0, 1_000).Select(number => pool.Make(number, "a@example.org", ["u@example.edu"]).Wire)], "no corpus: 1,000 generated messages");
    }
}
