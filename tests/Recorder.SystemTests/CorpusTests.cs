using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Recorder.Smtp;
using Recorder.SystemTests.Peers;

namespace Recorder.SystemTests;

/// <summary>All real mail we have, through real servers on both sides.</summary>
public sealed partial class CorpusTests(ITestOutputHelper output)
{
    private const string Password = "correct horse battery";
    private static readonly string[] Mailboxes = [.. Enumerable.Range(1, 20).Select(number => $"user{number}@example.edu")];

    public enum Hook
    {
        Lmtp,
        FilterByLmtp,
        FilterBySmtp,
    }

    [Theory]
    // Dovecot's three, then ours.
    [InlineData(Hook.Lmtp, "Return-Path Delivered-To Received Received X-Recorder-Trace")]
    // Between them the Received of Postfix, which took the message back.
    [InlineData(Hook.FilterByLmtp, "Return-Path Delivered-To Received Received Received X-Recorder-Trace")]
    [InlineData(Hook.FilterBySmtp, "Return-Path Delivered-To Received Received Received X-Recorder-Trace")]
    public async Task Every_mail_of_the_corpus_is_kept_exactly_found_and_passed_on(Hook hook, string fieldsBefore)
    {
        Postfix.Need();
        Dovecot.Need();
        var mails = Corpus();
        using var scratch = new Scratch();
        await using var dovecot = await Dovecot.StartAsync();
        var (backPort, recorderPort) = (Machine.FreePort(), Machine.FreePort());
        await using var tap = new Tap(recorderPort, hook != Hook.FilterBySmtp);
        await using var postfix = await StartPostfixAsync(hook, tap.Port, dovecot.LmtpPort, backPort);
        await using var recorder = StartRecorder(hook, scratch, recorderPort, hook == Hook.Lmtp ? dovecot.LmtpPort : backPort);
        await recorder.StartAsync();
        await recorder.AddAccountsAsync(Password, Mailboxes);

        var accepted = await SendAsync(postfix.Port, mails);
        await postfix.UntilEmptyAsync(180);
        var problems = await CompareAsync(recorder, tap.Transactions, dovecot, accepted, fieldsBefore);
        Assert.True(problems.Count == 0, $"{problems.Count} of {accepted.Count}:\n{string.Join('\n', problems.Take(25))}\n{recorder.Complaints}");
    }

    private static RecorderProcess StartRecorder(Hook hook, Scratch scratch, int port, int nextHop)
    {
        var recorder = Samples.Recorder(hook == Hook.Lmtp ? "lmtp-hook" : "content-filter", scratch, port, nextHop);
        if (hook == Hook.FilterBySmtp)
        {
            var file = scratch.File("content-filter.json");
            File.WriteAllText(file, File.ReadAllText(file).Replace("\"Protocol\": \"lmtp\"", "\"Protocol\": \"smtp\"", StringComparison.Ordinal));
        }

        return recorder;
    }

    // Mail from outside: Postfix must not mend its headers as it would for its own users.
    private static Task<Postfix> StartPostfixAsync(Hook hook, int tapPort, int dovecotPort, int backPort)
    {
        const string outside = "local_header_rewrite_clients =\ndefault_transport = discard\n";
        if (hook == Hook.Lmtp)
        {
            return Postfix.StartAsync(outside + Samples.Read("samples/postfix/lmtp-hook.cf", (2525, tapPort)));
        }

        var main = outside + $"virtual_mailbox_domains = example.edu\nvirtual_transport = lmtp:[127.0.0.1]:{dovecotPort}\n"
            + Samples.Read("samples/postfix/content-filter.cf", (2525, tapPort));
        main = hook == Hook.FilterBySmtp ? main.Replace("content_filter = lmtp:", "content_filter = smtp:", StringComparison.Ordinal) : main;
        return Postfix.StartAsync(main, Samples.Read("samples/postfix/content-filter.master.cf", (10026, backPort)));
    }

    /// <returns>What Postfix took, by the reverse-path that names it.</returns>
    private async Task<Dictionary<string, CorpusMail>> SendAsync(int port, IReadOnlyList<CorpusMail> mails)
    {
        var accepted = new ConcurrentDictionary<string, CorpusMail>();
        await using var pool = Wire.Sender(port, SmtpProtocol.Smtp);
        await Parallel.ForEachAsync(mails.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) =>
        {
            var result = (await pool.SendAsync(one.Item.Bytes, $"corpus{one.Index}@sender.example", Mailboxes[one.Index % Mailboxes.Length]))[0];
            if (result.Outcome == DeliveryOutcome.Accepted)
            {
                accepted[$"corpus{one.Index}@sender.example"] = one.Item;
            }
            else
            {
                output.WriteLine($"Postfix did not take {one.Item.File}: {result.Reply} {result.Error}");
            }
        });
        Assert.True(accepted.Count >= mails.Count - 5, $"Postfix took {accepted.Count} of {mails.Count}");
        return new(accepted);
    }

    private static async Task<List<string>> CompareAsync(
        RecorderProcess recorder, IReadOnlyList<TappedTransaction> tapped, Dovecot dovecot, Dictionary<string, CorpusMail> accepted, string fieldsBefore)
    {
        var problems = new ConcurrentBag<string>();
        var byPath = tapped.Where(one => one.Replies.All(reply => reply[0] == '2')).ToLookup(one => one.ReversePath);
        foreach (var missing in accepted.Where(mail => byPath[mail.Key].Count() != 1))
        {
            problems.Add($"{missing.Value.File}: {byPath[missing.Key].Count()} positive transactions; tries: {string.Join(" | ", tapped.Where(one => one.ReversePath == missing.Key).SelectMany(one => one.Replies))}");
        }

        await Parallel.ForEachAsync(byPath.GroupBy(one => one.First().Recipients[0]), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (mailbox, _) =>
        {
            using var api = await Api.SignInAsync(recorder, mailbox.Key, Password);
            await api.UntilIndexedAsync();
            var listed = (await api.FindAsync("")).Select(hit => hit.Id).ToHashSet();
            var delivered = dovecot.Messages(mailbox.Key).ToLookup(Wire.TraceId);
            foreach (var transaction in mailbox.Select(one => one.First()))
            {
                var mail = accepted[transaction.ReversePath];
                foreach (var problem in await CompareOneAsync(api, transaction, mail, listed, delivered, fieldsBefore))
                {
                    problems.Add($"{mail.File}: {problem}");
                }
            }
        });
        return [.. problems];
    }

    private static async Task<List<string>> CompareOneAsync(
        Api api, TappedTransaction tapped, CorpusMail mail, HashSet<string> listed, ILookup<string?, byte[]> delivered, string fieldsBefore)
    {
        var problems = new List<string>();
        if (Wire.RecordIdIn(tapped.Replies[0]) is not { } id)
        {
            return [$"no record id in '{tapped.Replies[0]}'"];
        }

        var stored = await api.RawAsync(id);
        if (stored is null || !stored.AsSpan().SequenceEqual(tapped.Bytes))
        {
            problems.Add($"stored bytes differ from the wire ({stored?.Length} of {tapped.Bytes.Length})");
        }

        if (!listed.Contains(id))
        {
            problems.Add($"{id} is not in its mailbox's list");
        }

        if (mail.MessageId is { } messageId && !(await api.FindAsync($"rfc822msgid:\"{messageId}\"")).Any(hit => hit.Id == id))
        {
            problems.Add($"not found by rfc822msgid:\"{messageId}\"");
        }

        var copies = delivered[id].ToList();
        if (copies.Count != 1)
        {
            problems.Add($"{copies.Count} copies in Dovecot; {tapped.Replies[0]}");
        }
        else if (Wire.FieldsBefore(tapped.Bytes, copies[0]) is var fields && fields != fieldsBefore)
        {
            problems.Add($"Dovecot's copy has before the stored bytes: {fields ?? "(it does not end in them)"}");
        }

        return problems;
    }

    private static List<CorpusMail> Corpus()
    {
        if (Machine.CorpusFolder() is not { } folder)
        {
            Assert.Skip("the corpus of real mail is not beside the project (RECORDER_CORPUS names its folder)");
            return [];
        }

        return [.. File.ReadLines(Path.Combine(folder, "manifest.jsonl")).Select(line => Read(folder, JsonNode.Parse(line)!))];
    }

    private static CorpusMail Read(string folder, JsonNode facts)
    {
        var file = facts["file"]!.GetValue<string>();
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(folder, file)));
        if (facts["mbox_from"]!.GetValue<bool>())
        {
            text = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        }

        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
        text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text : text + "\r\n";
        return new CorpusMail(file, Encoding.Latin1.GetBytes(text), MessageId(facts["mid"]?.GetValue<string>()));
    }

    // Unfolded (RFC 5322 §2.2.3); some gateways of old say in a comment that they added the field.
    private static string? MessageId(string? field)
    {
        var value = FoldingSpace().Replace(field ?? "", " ");
        return value.Length == 0 ? null : value.IndexOf('>', StringComparison.Ordinal) is >= 0 and var end ? value[..(end + 1)] : value;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex FoldingSpace();

    private sealed record CorpusMail(string File, byte[] Bytes, string? MessageId);
}
