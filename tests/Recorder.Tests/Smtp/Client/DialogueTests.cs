using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Smtp.Client.Peers;

namespace Recorder.Tests.Smtp.Client;

/// <summary>Whole transactions, line by line.</summary>
public sealed class DialogueTests
{
    private const string Hello = """
        S: 220 hop ready
        C: EHLO us.example
        S: 250 hop
        """;

    private const string PipeliningHello = """
        S: 220 hop ready
        C: EHLO us.example
        S: 250-hop
        S: 250 PIPELINING
        """;

    private const string LmtpHello = """
        S: 220 hop ready
        C: LHLO us.example
        S: 250-hop
        S: 250 PIPELINING
        """;

    private const string ChunkingHello = """
        S: 220 hop ready
        C: EHLO us.example
        S: 250-hop
        S: 250 CHUNKING
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task A_plain_hop_gets_one_command_at_a_time(int sliceBytes)
    {
        var (report, peer) = await Dialogue.PlayAsync(Hello + """

            C: MAIL FROM:<a@example.org>
            S: 250-2.1.0 fine
            S: 250 2.1.0 go on
            C: RCPT TO:<b@example.edu>
            S: 250 ok
            C: RCPT TO:<c@example.edu>
            S: 550 5.1.1 no such user
            C: DATA
            S: 354 end with a dot
            D:
            S: 250 2.0.0 queued as 7
            C: QUIT
            S: 221 bye
            """, Samples.Message("b@example.edu", "c@example.edu"), sliceBytes: sliceBytes);

        Assert.Equal(
            [
                new RecipientResult(new("b@example.edu"), DeliveryOutcome.Accepted, new(250, "2.0.0", "queued as 7")),
                new RecipientResult(new("c@example.edu"), DeliveryOutcome.PermanentFailure, new(550, "5.1.1", "no such user")),
            ],
            report.Recipients);
        Assert.Equal(["Subject: hi\r\n\r\n..dot\r\nbody\r\n.\r\n"], peer.Taken);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task A_pipelining_hop_gets_the_envelope_at_once_and_DATA_after_its_replies(int sliceBytes)
    {
        bool asked = false;
        var (report, peer) = await Dialogue.PlayAsync(PipeliningHello + """

            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@example.edu>
            C: RCPT TO:<c@example.edu>
            C: RCPT TO:<d@example.edu>
            S: 250 ok
            S: 450 4.2.1 later
            S: 251 will forward
            S: 550 never
            C: DATA
            S: 354 go
            D:
            S: 250 kept
            """, Samples.Message("T: 1\r\nx", ["b@example.edu", "c@example.edu", "d@example.edu"]),
            beforeData: _ =>
            {
                asked = true;
                return ValueTask.CompletedTask;
            }, sliceBytes: sliceBytes);

        Assert.True(asked);
        Assert.Equal([DeliveryOutcome.TransientFailure, DeliveryOutcome.Accepted, DeliveryOutcome.PermanentFailure], report.Outcomes());
        Assert.Equal(["T: 1\r\nx\r\n.\r\n"], peer.Taken);
    }

    [Fact]
    public async Task LMTP_answers_for_each_accepted_recipient_in_order()
    {
        var (report, _) = await Dialogue.PlayAsync(LmtpHello + """

            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@x>
            C: RCPT TO:<c@x>
            C: RCPT TO:<d@x>
            C: RCPT TO:<e@x>
            S: 250 ok
            S: 250 ok
            S: 550 5.1.1 unknown
            S: 250 ok
            S: 250 ok
            C: DATA
            S: 354 go
            D:
            S: 250 2.0.0 <b@x> saved
            S: 452 4.2.2 <d@x> over quota
            S: 554 5.7.1 <e@x> refused
            """, Samples.Message("b@x", "c@x", "d@x", "e@x"), Samples.Lmtp);

        Assert.Equal(
            [DeliveryOutcome.Accepted, DeliveryOutcome.PermanentFailure, DeliveryOutcome.TransientFailure, DeliveryOutcome.PermanentFailure],
            report.Outcomes());
        Assert.Equal(["<b@x> saved", "unknown", "<d@x> over quota", "<e@x> refused"], report.Recipients.Select(r => r.Reply!.Text));
    }

    [Fact]
    public async Task BDAT_carries_trace_fields_and_content_without_changing_a_byte()
    {
        var (report, peer) = await Dialogue.PlayAsync(ChunkingHello + """

            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 250 ok
            C: BDAT 22 LAST
            B: 22
            S: 250 kept
            C: QUIT
            """, Samples.Message("\r\n.\r\n..\na\rb.", ["b@x"], "Trace: 1\r\n", hasBareLineEnds: true));

        Assert.Equal([DeliveryOutcome.Accepted], report.Outcomes());
        Assert.Equal(["Trace: 1\r\n\r\n.\r\n..\na\rb."], peer.Taken);
    }

    [Fact]
    public async Task An_empty_message_is_one_empty_chunk()
    {
        var result = await Dialogue.PlayOneAsync(ChunkingHello + """

            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 250 ok
            C: BDAT 0 LAST
            S: 250 kept
            C: QUIT
            """, Samples.Message("", ["b@x"]));
        Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
    }

    [Fact]
    public async Task A_large_message_goes_in_chunks_whose_counts_are_exact()
    {
        string text = string.Concat(Enumerable.Repeat("0123456789abcdef0123456789abcde\n", 40_000)); // 1,280,000 bytes
        var (report, peer) = await Dialogue.PlayAsync(ChunkingHello + """

            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 250 ok
            C: BDAT 524224
            B: 524224
            S: 250 chunk
            C: BDAT 524224
            B: 524224
            S: 250 chunk
            C: BDAT 231558 LAST
            B: 231558
            S: 250 kept
            """, Samples.Message(text, ["b@x"], "T: 1\r\n", hasBareLineEnds: true));

        Assert.Equal([DeliveryOutcome.Accepted], report.Outcomes());
        Assert.Equal("T: 1\r\n" + text, string.Concat(peer.Taken));
    }

    [Theory]
    [InlineData("452 4.3.1 disk full", DeliveryOutcome.TransientFailure)]
    [InlineData("552 5.2.3 too much", DeliveryOutcome.PermanentFailure)]
    public async Task A_refused_chunk_ends_the_message_and_the_session_goes_on(string reply, DeliveryOutcome outcome)
    {
        string text = new('x', 600_000);
        var result = await Dialogue.PlayOneAsync(ChunkingHello + $"""

            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 250 ok
            C: BDAT 524224
            B: 524224
            S: {reply}
            C: RSET
            S: 250 ok
            C: QUIT
            """, Samples.Message(text, ["b@x"]));
        Assert.Equal(outcome, result.Outcome);
        Assert.Contains(result.Reply!.Text, reply);
    }

    [Fact]
    public async Task LMTP_answers_for_each_recipient_after_the_last_chunk_only()
    {
        var (report, _) = await Dialogue.PlayAsync("""
            S: 220 hop
            C: LHLO us.example
            S: 250-hop
            S: 250-PIPELINING
            S: 250 CHUNKING
            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@x>
            C: RCPT TO:<c@x>
            S: 250 ok
            S: 250 ok
            S: 250 ok
            C: BDAT 524224
            B: 524224
            S: 250 chunk
            C: BDAT 75776 LAST
            B: 75776
            S: 250 b has it
            S: 451 c has not
            """, Samples.Message(new string('x', 600_000), ["b@x", "c@x"]), Samples.Lmtp);
        Assert.Equal([DeliveryOutcome.Accepted, DeliveryOutcome.TransientFailure], report.Outcomes());
    }

    [Theory]
    [InlineData("550 5.7.1 not from you", DeliveryOutcome.PermanentFailure)]
    [InlineData("451 4.7.1 later", DeliveryOutcome.TransientFailure)]
    public async Task A_refused_MAIL_settles_everybody(string reply, DeliveryOutcome outcome)
    {
        var message = Samples.Message("b@x", "c@x");
        var (plain, _) = await Dialogue.PlayAsync(Hello + $"""

            C: MAIL FROM:<a@example.org>
            S: {reply}
            C: RSET
            S: 250 ok
            """, message);
        var (pipelined, _) = await Dialogue.PlayAsync(PipeliningHello + $"""

            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@x>
            C: RCPT TO:<c@x>
            S: {reply}
            S: 503 no MAIL
            S: 250 strange but true
            C: RSET
            S: 250 ok
            """, message);

        Assert.Equal([outcome, outcome], plain.Outcomes());
        Assert.Equal(plain.Recipients, pipelined.Recipients);
        Assert.All(plain.Recipients, r => Assert.Equal(reply, r.Reply!.ToString()));
    }

    [Fact]
    public async Task Without_an_accepted_recipient_nothing_is_sent_and_beforeData_is_not_asked()
    {
        var (report, _) = await Dialogue.PlayAsync(PipeliningHello + """

            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@x>
            C: RCPT TO:<c@x>
            S: 250 ok
            S: 550 no
            S: 450 later
            C: RSET
            S: 250 ok
            C: QUIT
            """, Samples.Message("b@x", "c@x"), beforeData: _ => throw new InvalidOperationException("asked"));
        Assert.Equal([DeliveryOutcome.PermanentFailure, DeliveryOutcome.TransientFailure], report.Outcomes());
    }

    [Fact]
    public async Task When_beforeData_throws_the_transaction_is_dropped_and_the_exception_passes()
    {
        var peer = new ScriptedPeer(Hello + """

            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@example.edu>
            S: 250 ok
            C: RSET
            S: 250 ok
            C: QUIT
            """);
        var pool = new NextHopPool(Samples.Smtp, Samples.Options, TimeProvider.System, _ => ValueTask.FromResult(peer.Connect()));
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            pool.SendAsync(Samples.Message(), _ => throw new InvalidOperationException("log full"), default));
        Assert.Equal("log full", thrown.Message);
        await pool.DisposeAsync();
        await peer.Finished;
    }

    [Fact]
    public async Task A_refused_DATA_settles_the_accepted_recipients()
    {
        var (report, _) = await Dialogue.PlayAsync(Hello + """

            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@x>
            S: 550 no
            C: RCPT TO:<c@x>
            S: 250 ok
            C: DATA
            S: 451 4.3.0 not now
            C: RSET
            S: 250 ok
            C: QUIT
            """, Samples.Message("b@x", "c@x"));
        Assert.Equal([550, 451], report.Recipients.Select(r => r.Reply!.Code));
    }

    [Fact]
    public async Task A_hop_without_EHLO_is_greeted_with_HELO()
    {
        var result = await Dialogue.PlayOneAsync("""
            S: 220 old hop
            C: EHLO us.example
            S: 502 what?
            C: HELO us.example
            S: 250 hello
            C: MAIL FROM:<a@example.org>
            S: 250 ok
            C: RCPT TO:<b@example.edu>
            S: 250 ok
            C: DATA
            S: 354 go
            D:
            S: 250 kept
            """);
        Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
    }

    [Theory]
    [InlineData("554 go away", null)]
    [InlineData("421 4.3.2 too busy", 421)]
    [InlineData("450 later", 450)]
    [InlineData("250 confused", null)]
    public async Task A_hop_that_refuses_the_session_bounces_nothing(string greeting, int? code)
    {
        var result = await Dialogue.PlayOneAsync($"S: {greeting}");
        Assert.Equal((DeliveryOutcome.TransientFailure, code), (result.Outcome, result.Reply?.Code));
        Assert.Contains(greeting, result.Error);
    }

    [Fact]
    public async Task XFORWARD_goes_before_MAIL_and_its_refusal_does_not_matter()
    {
        var message = Samples.Message() with { ClientFacts = new XForwardFacts("mx.example", "192.0.2.1", Helo: "mx") };
        var result = await Dialogue.PlayOneAsync("""
            S: 220 hop
            C: EHLO us.example
            S: 250-hop
            S: 250-PIPELINING
            S: 250 XFORWARD NAME ADDR PROTO
            C: XFORWARD NAME=mx.example ADDR=192.0.2.1
            C: MAIL FROM:<a@example.org>
            C: RCPT TO:<b@example.edu>
            S: 550 5.7.0 not for you
            S: 250 ok
            S: 250 ok
            C: DATA
            S: 354 go
            D:
            S: 250 kept
            """, message);
        Assert.Equal(DeliveryOutcome.Accepted, result.Outcome);
    }
}
