using Microsoft.Extensions.Time.Testing;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Smtp.Client;

/// <summary>Where a session breaks decides what became of the message: transient until its last bytes began to leave, unknown after.</summary>
public sealed class BrokenPeerTests
{
    private const string Envelope = """
        S: 220 hop
        C: EHLO us.example
        S: 250 hop
        C: MAIL FROM:<a@example.org>
        S: 250 ok
        C: RCPT TO:<b@x>
        S: 250 ok
        C: RCPT TO:<c@x>
        S: 550 no
        """;

    private const string Content = Envelope + """

        C: DATA
        S: 354 go
        D:
        """;

    public static TheoryData<string, DeliveryOutcome> Unanswered => new()
    {
        { "", DeliveryOutcome.TransientFailure },
        { "W: 220 ho", DeliveryOutcome.TransientFailure },
        { "S: 220 hop", DeliveryOutcome.TransientFailure },
        { "S: 220 hop\nC: EHLO us.example", DeliveryOutcome.TransientFailure },
        { "S: 220 hop\nC: EHLO us.example\nS: 250-hop", DeliveryOutcome.TransientFailure },
        { "S: 220 hop\nC: EHLO us.example\nS: 250 hop\nC: MAIL FROM:<a@example.org>", DeliveryOutcome.TransientFailure },
        { Envelope, DeliveryOutcome.TransientFailure },
        { Envelope + "\nC: DATA", DeliveryOutcome.TransientFailure },
        { Content, DeliveryOutcome.Unknown },
        { Content + "\nW: 250 o", DeliveryOutcome.Unknown },
        { Content + "\nS: 250-o", DeliveryOutcome.Unknown },
    };

    public static TheoryData<string, DeliveryOutcome> AnsweredBadly => new()
    {
        // Malformed or senseless replies
        { "S: SSH-2.0-hop", DeliveryOutcome.TransientFailure },
        { "S: 220 hop\nC: EHLO us.example\nS: 250-hop\nS: what", DeliveryOutcome.TransientFailure },
        { Envelope + "\nC: DATA\nS: 250 already", DeliveryOutcome.TransientFailure },
        { Envelope + "\nC: DATA\nS: \x1b[2J", DeliveryOutcome.TransientFailure },
        { Content + "\nS: 999 done", DeliveryOutcome.Unknown },
        { Content + "\nS: 354 again", DeliveryOutcome.Unknown },
        // 421 is an answer wherever it comes
        { "S: 220 hop\nC: EHLO us.example\nS: 421 bye", DeliveryOutcome.TransientFailure },
        { "S: 220 hop\nC: EHLO us.example\nS: 250 hop\nC: MAIL FROM:<a@example.org>\nS: 421 bye", DeliveryOutcome.TransientFailure },
        { Envelope + "\nC: DATA\nS: 421 bye", DeliveryOutcome.TransientFailure },
        { Content + "\nS: 421 bye", DeliveryOutcome.TransientFailure },
    };

    [Theory]
    [MemberData(nameof(Unanswered))]
    [MemberData(nameof(AnsweredBadly))]
    public async Task A_break_at_this_stage_means(string script, DeliveryOutcome outcome)
    {
        var (report, _) = await Dialogue.PlayAsync(script + "\nX:", Samples.Message("b@x", "c@x"));
        Assert.Equal(outcome, report.Recipients[0].Outcome);
        Assert.True(report.Recipients[0].Reply is not null || report.Recipients[0].Error is { Length: > 10 });
        // What was answered before the break stays answered.
        var second = script.Contains("S: 550 no") ? DeliveryOutcome.PermanentFailure : outcome;
        Assert.Equal(second, report.Recipients[1].Outcome);
    }

    [Theory]
    [MemberData(nameof(Unanswered))]
    public async Task Silence_at_this_stage_means_the_same_after_the_time_limit(string script, DeliveryOutcome outcome)
    {
        var time = new FakeTimeProvider();
        var peer = new ScriptedPeer(script + "\nH:");
        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, time, _ => ValueTask.FromResult(peer.Connect()));
        var sending = pool.SendAsync(Samples.Message("b@x", "c@x"), null, default);
        await peer.Hanging;
        await AdvanceUntilAsync(time, sending);
        Assert.Equal(outcome, (await sending).Recipients[0].Outcome);
        Assert.Contains("in time", (await sending).Recipients[0].Error);
    }

    /// <summary>A byte now and then keeps nobody waiting longer: the limit is for the whole reply.</summary>
    [Theory]
    [MemberData(nameof(Unanswered))]
    public async Task A_reply_that_drips_at_this_stage_is_not_waited_for(string script, DeliveryOutcome outcome)
    {
        var time = new FakeTimeProvider();
        var peer = new ScriptedPeer(script + "\nI:");
        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, time, _ => ValueTask.FromResult(peer.Connect()));
        var sending = pool.SendAsync(Samples.Message("b@x", "c@x"), null, default);
        await peer.Hanging;
        for (var dripped = 0; !sending.IsCompleted && dripped < 1_000; dripped++)
        {
            await peer.DripAsync("2");
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1);
        }
        Assert.True(sending.IsCompleted);
        Assert.Equal(outcome, (await sending).Recipients[0].Outcome);
    }

    public static TheoryData<string, string> Floods => new()
    {
        { "S: 220-\\x00 for ever", "over 100 lines" }, { "S: 250-for ever", "over 100 lines" }, { "W: " + new string('2', 8192), "over 4096 bytes" }, { "W: " + new string('\u00ff', 8192), "over 4096 bytes" },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task A_reply_without_end_is_cut_off_at_every_stage(string line, string why)
    {
        foreach (var (script, outcome) in Unanswered.Select(row => row.Data).Where(row => !row.Item1.Contains("W:")))
        {
            var flood = line.StartsWith('W') ? line : string.Join('\n', Enumerable.Repeat(line, 150));
            var (report, _) = await Dialogue.PlayAsync($"{script}\n{flood}\nX:", Samples.Message("b@x", "c@x"));
            Assert.Equal(outcome, report.Recipients[0].Outcome);
            // Where nothing is awaited, it is out of step before it is too long.
            Assert.True(report.Recipients[0].Error is { Length: < 200 } error && (error.Contains(why) || error.Contains("before it is asked")), report.Recipients[0].Error);
        }
    }

    [Fact]
    public async Task The_whole_attempt_ends_in_eight_minutes()
    {
        var time = new FakeTimeProvider();
        var peer = new ScriptedPeer(Content + "\nH:");
        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, time, _ => ValueTask.FromResult(peer.Connect()));
        var sending = pool.SendAsync(Samples.Message("b@x", "c@x"), null, default);
        await peer.Hanging;
        time.Advance(TimeSpan.FromSeconds(470));
        await Task.Delay(20);
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(20));
        await sending.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("", DeliveryOutcome.Unknown, DeliveryOutcome.Unknown)]
    [InlineData("\nS: 250 b has it", DeliveryOutcome.Accepted, DeliveryOutcome.Unknown)]
    [InlineData("\nS: 550 b has not", DeliveryOutcome.PermanentFailure, DeliveryOutcome.Unknown)]
    [InlineData("\nS: 421 bye", DeliveryOutcome.TransientFailure, DeliveryOutcome.Unknown)]
    [InlineData("\nS: 421 bye\nS: 250 but c has it", DeliveryOutcome.TransientFailure, DeliveryOutcome.Accepted)]
    [InlineData("\nS: 250 b has it\nS: 421 bye", DeliveryOutcome.Accepted, DeliveryOutcome.TransientFailure)]
    public async Task An_LMTP_break_leaves_the_answered_recipients_theirs(string replies, DeliveryOutcome first, DeliveryOutcome second)
    {
        var (report, _) = await Dialogue.PlayAsync("""
            S: 220 hop
            C: LHLO us.example
            S: 250 hop
            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 250 ok
            C: RCPT TO:<c@x>
            S: 250 ok
            C: DATA
            S: 354 go
            D:
            """ + replies + "\nX:", Samples.Message("b@x", "c@x"), Samples.Lmtp);
        Assert.Equal([first, second], report.Outcomes());
    }

    [Theory]
    [InlineData("C: BDAT 524224\nB: 524224", DeliveryOutcome.TransientFailure)]
    [InlineData("C: BDAT 524224\nB: 524224\nS: 354 more?", DeliveryOutcome.TransientFailure)]
    [InlineData("C: BDAT 524224\nB: 524224\nS: 421 bye", DeliveryOutcome.TransientFailure)]
    [InlineData("C: BDAT 524224\nB: 524224\nS: 250 ok\nC: BDAT 75776 LAST\nB: 75776", DeliveryOutcome.Unknown)]
    [InlineData("C: BDAT 524224\nB: 524224\nS: 250 ok\nC: BDAT 75776 LAST\nB: 75776\nS: 421 bye", DeliveryOutcome.TransientFailure)]
    public async Task A_break_between_chunks_means(string script, DeliveryOutcome outcome)
    {
        var result = await Dialogue.PlayOneAsync("""
            S: 220 hop
            C: EHLO us.example
            S: 250-hop
            S: 250-PIPELINING
            S: 250 CHUNKING
            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@x>
            S: 250 ok
            S: 250 ok

            """ + script + "\nX:", Samples.Message(new string('x', 600_000), ["b@x"]));
        Assert.Equal(outcome, result.Outcome);
    }

    [Theory]
    [InlineData("S: 250 ok\nC: DATA\nW: 354 go\\r\\n250 kept before it came\\r\\n\nN:")]
    [InlineData("W: 250 ok\\r\\n354 go ahead\\r\\n\nN:")]
    public async Task A_reply_ahead_of_its_command_accepts_nothing(string afterRcpt)
    {
        var result = await Dialogue.PlayOneAsync("""
            S: 220 hop
            C: EHLO us.example
            S: 250 hop
            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@example.edu>

            """ + afterRcpt);
        Assert.Equal(DeliveryOutcome.TransientFailure, result.Outcome);
    }

    [Theory]
    // The block that fails is not the last one: the message cannot have arrived.
    [InlineData("HELP", false, "X:", DeliveryOutcome.TransientFailure)]
    [InlineData("HELP", false, "S: 552 5.3.4 far too much", DeliveryOutcome.PermanentFailure)]
    [InlineData("HELP", false, "S: 452 disk full", DeliveryOutcome.TransientFailure)]
    [InlineData("HELP", false, "S: 421 bye", DeliveryOutcome.TransientFailure)]
    [InlineData("HELP", false, "S: 250 nonsense", DeliveryOutcome.TransientFailure)]
    [InlineData("CHUNKING", false, "X:", DeliveryOutcome.TransientFailure)]
    [InlineData("CHUNKING", false, "S: 552 5.3.4 far too much", DeliveryOutcome.PermanentFailure)]
    // The last one fails: some of it may have left.
    [InlineData("HELP", true, "X:", DeliveryOutcome.Unknown)]
    [InlineData("HELP", true, "S: 552 5.3.4 far too much", DeliveryOutcome.PermanentFailure)]
    [InlineData("CHUNKING", true, "X:", DeliveryOutcome.Unknown)]
    public async Task A_write_that_fails_amid_the_content_means(string extension, bool atTheEnd, string lastWords, DeliveryOutcome outcome)
    {
        string open = extension == "HELP" ? "C: DATA\nS: 354 go\n" : "";
        var peer = new ScriptedPeer($"""
            S: 220 hop
            C: EHLO us.example
            S: 250-hop
            S: 250 {extension}
            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 250 ok
            {open}T:
            {lastWords}
            """);
        byte[] end = extension == "HELP" ? "\r\n.\r\n"u8.ToArray() : "y\r\n"u8.ToArray();
        bool IsFatal(ReadOnlyMemory<byte> write)
        {
            if (write.Length < 10_000 || (atTheEnd && !write.Span.EndsWith(end))) return false;
            peer.Trigger.TrySetResult();
            return true;
        }

        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, TimeProvider.System,
            _ => ValueTask.FromResult<Stream>(new FailingWrites(peer.Connect(), IsFatal)));
        int size = atTheEnd ? 20_000 : 600_000;
        var report = await pool.SendAsync(Samples.Message(new string('x', size) + "y\r\n", ["b@x"]), null, default);
        Assert.Equal(outcome, Assert.Single(report.Recipients).Outcome);
    }

    [Fact]
    public async Task A_421_amid_the_recipients_speaks_for_those_without_an_answer()
    {
        var (report, _) = await Dialogue.PlayAsync("""
            S: 220 hop
            C: EHLO us.example
            S: 250-hop
            S: 250 PIPELINING
            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@x>
            C: RCPT TO:<c@x>
            C: RCPT TO:<d@x>
            S: 250 ok
            S: 550 no
            S: 250 ok
            S: 421 4.3.2 shutting down
            X:
            """, Samples.Message("b@x", "c@x", "d@x"));
        Assert.Equal([550, 421, 421], report.Recipients.Select(r => r.Reply!.Code));
    }

    [Theory]
    [InlineData(5, 20)]
    [InlineData(40, 20)]
    public async Task Content_of_the_wrong_length_is_never_ended_as_if_it_were_whole(int actual, int claimed)
    {
        foreach (string extension in (string[])["HELP", "CHUNKING"])
        {
            var hop = new ToyHop { Extensions = [extension] };
            await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, TimeProvider.System, _ => ValueTask.FromResult(hop.Connect()));
            var message = Samples.Message() with { Content = new BytesContent(new byte[actual], claimedLength: claimed) };
            await Assert.ThrowsAsync<InvalidDataException>(() => pool.SendAsync(message, null, default));
            Assert.Empty(hop.Messages);
        }
    }

    [Fact]
    public async Task Cancelling_before_the_end_of_the_message_withdraws_it()
    {
        using var cancel = new CancellationTokenSource();
        var peer = new ScriptedPeer(Envelope + "\nC: DATA\nN:");
        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, TimeProvider.System, _ => ValueTask.FromResult(peer.Connect()));
        var sending = pool.SendAsync(Samples.Message("b@x", "c@x"), _ =>
        {
            cancel.CancelAfter(TimeSpan.FromMilliseconds(20));
            return ValueTask.CompletedTask;
        }, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await peer.Finished;
    }

    [Fact]
    public async Task Cancelling_after_the_end_of_the_message_reports_what_is_not_known()
    {
        using var cancel = new CancellationTokenSource();
        var peer = new ScriptedPeer(Content + "\nH:");
        await using var pool = new NextHopPool(Samples.Smtp, Samples.Options, TimeProvider.System, _ => ValueTask.FromResult(peer.Connect()));
        var sending = pool.SendAsync(Samples.Message("b@x", "c@x"), null, cancel.Token);
        await peer.Hanging;
        await cancel.CancelAsync();
        Assert.Equal([DeliveryOutcome.Unknown, DeliveryOutcome.PermanentFailure], (await sending).Outcomes());
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Task done)
    {
        while (!done.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(done, Task.Delay(1));
        }
    }
}
