using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Flow;
using Recorder.Ledger;
using Recorder.Screening;
using Recorder.Screening.Sources;
using Recorder.Smtp;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Screening.Sources;

public sealed class VerdictSourcesTests
{
    private static readonly RemoteLimits Limits = new(TimeSpan.FromSeconds(10), MaxConcurrent: 2, MaxWaiting: 1, MaxBytes: 1_000, TimeSpan.FromSeconds(15));

    private readonly FakeTimeProvider clock = new();

    private static RecipientCase Case(Standing standing = Standing.Fresh) => new(new EnvelopeRecipient("user@example.edu"), "key", [], standing);

    private static ReceivedMessage Message(string body = "hello") => SourceMail.Of($"From: a@example.org\r\n\r\n{body}\r\n");

    private VerdictSources Sources(WhenFilterIsDown whenDown, params IVerdictSource[] sources) => new(sources, whenDown, clock, null, NullLogger.Instance);

    private async Task<ScreenedMail?> ScreenAsync(params IVerdictSource[] sources) =>
        (await Sources(WhenFilterIsDown.Deliver, sources).ScreenAsync(Message(), [Case()], CancellationToken.None)).Message.Screened;

    [Fact]
    public async Task The_first_source_with_an_opinion_says_what_it_is_and_the_first_proof_counts()
    {
        var screened = await ScreenAsync(
            new Says("a", null), new Says("b", new SourceVerdict(MailCategory.Clean, 1, 6)), new Says("c", new SourceVerdict(MailCategory.Spam, 9, 5, Proof: SenderProof.Failed)),
            new Says("d", new SourceVerdict(null, Proof: SenderProof.Aligned)));
        Assert.Equal(new ScreenedMail(MailCategory.Clean, "b", 1, 6, Proof: SenderProof.Failed), screened);
    }

    [Fact]
    public Task Malware_and_phish_are_never_weakened_by_another_source() =>
        Gen.Int[0, 4].Select(one => one == 4 ? (MailCategory?)null : (MailCategory)one).Array[1, 5].SampleAsync(async said =>
        {
            var screened = await ScreenAsync([.. said.Select((category, index) => new Says($"s{index}", new SourceVerdict(category)))]);
            var expected = said.Contains(MailCategory.Malware) ? MailCategory.Malware : said.Contains(MailCategory.Phish) ? MailCategory.Phish
                : said.FirstOrDefault(category => category is not null);
            return screened!.Category == (expected ?? MailCategory.Clean)
                && screened.Source == (expected is null ? "" : $"s{Array.IndexOf(said, expected)}");
        }, iter: 500);

    [Fact]
    public async Task A_source_that_fails_is_named_and_the_others_are_heard()
    {
        var screened = await ScreenAsync(
            new Says("x", new VerdictUnavailableException("two\r\nlines")), new Says("y", new InvalidOperationException("secret")), new Remote("z", _ => throw new InvalidOperationException("secret")),
            new Says("w", new SourceVerdict(MailCategory.Spam)));
        Assert.Equal("w", screened!.Source);
        Assert.Equal(["x: two lines", "y: failed (InvalidOperationException)", "z: failed (InvalidOperationException)"], screened.Unavailable);
    }

    [Theory]
    [InlineData(Standing.Open)]
    [InlineData(Standing.Settled)]
    [InlineData(Standing.Passing)]
    [InlineData(Standing.Foreign)]
    public async Task Nobody_is_asked_of_a_message_that_is_not_new(Standing standing)
    {
        var source = new Remote("z", _ => throw new VerdictUnavailableException("down"));
        var cases = (await Sources(WhenFilterIsDown.Defer, source).ScreenAsync(Message(), [Case(standing)], CancellationToken.None)).Cases;
        Assert.Equal(0, source.Asked);
        Assert.Null(cases[0].Settlement);
    }

    [Fact]
    public async Task A_journal_copy_is_never_screened()
    {
        var message = Message() with { Listener = new IntakeListener("journal", SmtpProtocol.Smtp, IntakeMode.Journal) };
        Assert.Null((await Sources(WhenFilterIsDown.Deliver, new Says("a", new SourceVerdict(MailCategory.Spam))).ScreenAsync(message, [Case()], CancellationToken.None)).Message.Screened);
    }

    [Fact]
    public async Task With_Defer_only_new_recipients_wait_for_a_filter_that_is_down()
    {
        var down = new Remote("z", _ => throw new VerdictUnavailableException("down"));
        var (message, cases) = await Sources(WhenFilterIsDown.Defer, new Says("a", new SourceVerdict(MailCategory.Clean)), down)
            .ScreenAsync(Message(), [Case(Standing.Open), Case()], CancellationToken.None);
        Assert.Null(message.Screened);
        Assert.Null(cases[0].Settlement);
        Assert.Equal((SettlementKind.NotScreened, 451, "4.7.1"), (cases[1].Settlement!.Kind, cases[1].Settlement!.Reply!.Code, cases[1].Settlement!.Reply!.EnhancedCode));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_not_sent_and_never_deferred()
    {
        var source = new Remote("z", _ => new SourceVerdict(MailCategory.Spam));
        var (message, cases) = await Sources(WhenFilterIsDown.Defer, source).ScreenAsync(Message(new string('x', 2_000)), [Case()], CancellationToken.None);
        Assert.Equal(0, source.Asked);
        Assert.Null(cases[0].Settlement);
        Assert.Equal(["z: larger than 1000 bytes"], message.Screened!.Unavailable);
    }

    [Fact]
    public async Task Slow_filters_are_asked_at_the_same_time_and_given_up_at_the_limit()
    {
        var (one, two) = (new Remote("one"), new Remote("two"));
        var screening = Sources(WhenFilterIsDown.Deliver, one, two).ScreenAsync(Message(), [Case()], CancellationToken.None);
        Assert.Equal((1, 1), (one.Asked, two.Asked));
        clock.Advance(Limits.Timeout);
        Assert.Equal(["one: no answer within 10 s", "two: no answer within 10 s"], (await screening).Message.Screened!.Unavailable);
    }

    [Fact]
    public async Task Only_so_many_are_asked_at_once_and_only_so_many_wait()
    {
        var source = new Remote("z");
        using var sources = Sources(WhenFilterIsDown.Deliver, source);
        var screenings = Enumerable.Range(0, 5).Select(_ => sources.ScreenAsync(Message(), [Case()], CancellationToken.None)).ToList();
        Assert.Equal(2, source.Asked);
        Assert.Equal(["z: busy, 1 messages wait already"], (await screenings[3]).Message.Screened!.Unavailable);
        Assert.Equal(["z: busy, 1 messages wait already"], (await screenings[4]).Message.Screened!.Unavailable);
        source.Answer(new SourceVerdict(MailCategory.Clean));
        await WaitUntil.Async(() => source.Asked == 3);
        source.Answer(new SourceVerdict(MailCategory.Clean));
        source.Answer(new SourceVerdict(MailCategory.Clean));
        Assert.All(await Task.WhenAll(screenings.Take(3)), one => Assert.Equal("z", one.Message.Screened!.Source));
    }

    [Fact]
    public async Task A_filter_that_fails_often_is_left_alone_for_a_while_then_tried_by_one_message()
    {
        var works = false;
        var source = new Remote("z", _ => works ? new SourceVerdict(MailCategory.Clean) : throw new VerdictUnavailableException("refused"));
        using var sources = Sources(WhenFilterIsDown.Deliver, source);
        for (var i = 0; i < 8; i++) await sources.ScreenAsync(Message(), [Case()], CancellationToken.None);
        Assert.Equal(5, source.Asked);
        Assert.Equal([new SourceHealth("z", "broken", "refused")], sources.Health);
        var left = (await sources.ScreenAsync(Message(), [Case()], CancellationToken.None)).Message.Screened!;
        Assert.Equal(["z: left alone after it failed often: refused"], left.Unavailable);

        works = true;
        clock.Advance(Limits.Break);
        Assert.Equal("z", (await sources.ScreenAsync(Message(), [Case()], CancellationToken.None)).Message.Screened!.Source);
        Assert.Equal([new SourceHealth("z", "open", null)], sources.Health);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_no_fault_of_the_filter()
    {
        var source = new Remote("z");
        using var sources = Sources(WhenFilterIsDown.Deliver, source);
        using var giveUp = new CancellationTokenSource();
        var screening = sources.ScreenAsync(Message(), [Case()], giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => screening);
        Assert.Equal([new SourceHealth("z", "open", null)], sources.Health);
    }

    private sealed class Says(string name, object? says) : IVerdictSource
    {
        public string Name => name;

        public ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel) =>
            says is Exception error ? throw error : new ValueTask<SourceVerdict?>((SourceVerdict?)says);
    }

    /// <summary>Answers by its rule, or when told to.</summary>
    private sealed class Remote(string name, Func<ReceivedMessage, SourceVerdict?>? rule = null) : IRemoteVerdictSource
    {
        private readonly Queue<TaskCompletionSource<SourceVerdict?>> open = [];
        private int asked;

        public int Asked => Volatile.Read(ref asked);

        public string Name => name;

        public RemoteLimits Limits => VerdictSourcesTests.Limits;

        public void Answer(SourceVerdict? verdict)
        {
            lock (open) open.Dequeue().SetResult(verdict);
        }

        public async ValueTask<SourceVerdict?> AskAsync(ReceivedMessage message, CancellationToken cancel)
        {
            var answer = new TaskCompletionSource<SourceVerdict?>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (open) open.Enqueue(answer);
            Interlocked.Increment(ref asked);
            return rule is null ? await answer.Task.WaitAsync(cancel) : rule(message);
        }
    }
}
