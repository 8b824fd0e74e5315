using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Recorder.Delivery;
using Recorder.Smtp;
using Recorder.Smtp.Client;
using Recorder.Tests.Fakes;

namespace Recorder.Tests.Delivery;

public sealed class RouteTests
{
    private readonly FakeTimeProvider time = new();
    private readonly FakeHop first = new("first.test"), second = new("second.test");

    private Route Two() => new([first, second], time, NullLogger<Route>.Instance);

    private static OutgoingMessage Message(params string[] recipients) => new(
        new Envelope("s@example.org", [.. recipients.Select(one => new EnvelopeRecipient(one))], MailParameters.None), default, new MadeContent([1]));

    private static async Task<RecipientResult> SendAsync(Route route) =>
        (await route.SendAsync(Message("a@example.edu"), null, CancellationToken.None)).Recipients.Single();

    [Fact]
    public async Task The_second_host_takes_over_when_the_first_cannot_be_reached()
    {
        var route = Two();
        first.IsUnreachable = true;

        Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(route)).Outcome);
        Assert.Single(second.Tried);
        Assert.False(route.IsDown);
    }

    [Fact]
    public async Task The_second_host_takes_over_when_the_first_defers_before_the_data()
    {
        first.Answer = _ => FakeHop.Deferred;
        Assert.Equal(DeliveryOutcome.Accepted, (await SendAsync(Two())).Outcome);
    }

    [Fact]
    public async Task A_refusal_or_an_unknown_outcome_is_final_for_the_route()
    {
        var route = Two();
        first.Answer = _ => FakeHop.Refused;
        Assert.Equal(DeliveryOutcome.PermanentFailure, (await SendAsync(route)).Outcome);
        first.Answer = _ => FakeHop.Lost;
        Assert.Equal(DeliveryOutcome.Unknown, (await SendAsync(route)).Outcome);
        Assert.Empty(second.Tried);
    }

    [Fact]
    public async Task A_host_that_is_down_is_left_alone_until_it_is_due_and_then_used_again()
    {
        var route = Two();
        first.IsUnreachable = true;
        await SendAsync(route);
        first.IsUnreachable = false;

        await SendAsync(route);
        Assert.Empty(first.Tried);
        time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(route);

        Assert.Single(first.Tried);
        Assert.Equal(2, second.Tried.Count);
    }

    [Fact]
    public async Task A_route_without_a_reachable_host_defers_at_once()
    {
        var route = Two();
        first.IsUnreachable = second.IsUnreachable = true;

        var result = await SendAsync(route);
        Assert.Equal((DeliveryOutcome.TransientFailure, null), (result.Outcome, result.Reply));
        Assert.True(route.IsDown);
        Assert.Contains("first.test", (await SendAsync(route)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probes_pause_for_longer_and_longer_but_never_more_than_five_seconds()
    {
        var route = new Route([first], time, NullLogger<Route>.Instance);
        first.IsUnreachable = true;
        await SendAsync(route);

        List<int> pauses = [];
        for (var round = 0; round < 6; round++)
        {
            var (before, seconds) = (first.Probes, 0);
            while (first.Probes == before)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                seconds++;
                Assert.False(await route.ProbeAsync(CancellationToken.None));
            }
            pauses.Add(seconds);
        }

        Assert.Equal([1, 2, 4, 5, 5, 5], pauses);
        first.IsUnreachable = false;
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await route.ProbeAsync(CancellationToken.None));
        Assert.False(route.IsDown);
    }

    [Fact]
    public async Task Sessions_that_come_while_a_host_is_greeted_wait_for_the_one_greeting()
    {
        var route = new Route([first], time, NullLogger<Route>.Instance);
        first.Capabilities = null;
        first.Greeting = new TaskCompletionSource();

        var waiting = Enumerable.Range(0, 5).Select(_ => route.ProbeAsync(CancellationToken.None)).ToList();
        first.Capabilities = FakeHop.Everything;
        first.Greeting.SetResult();

        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.Equal(1, first.Probes);
    }

    [Fact]
    public void What_is_announced_is_what_all_hosts_that_are_up_offer()
    {
        first.Capabilities = new NextHopCapabilities(10_000, true, true, true, false, true, true);
        second.Capabilities = new NextHopCapabilities(0, true, false, true, true, true, true);
        Assert.Equal(new NextHopCapabilities(10_000, true, false, true, false, true, true), Two().Capabilities);
    }

    [Fact]
    public async Task Recipients_go_by_domain_and_results_come_back_in_order()
    {
        var other = new FakeHop("other.test") { Answer = _ => FakeHop.Deferred };
        var routes = new Routes(
            new Route([first], time, NullLogger<Route>.Instance),
            new Dictionary<string, Route> { ["cs.example.edu"] = new Route([other], time, NullLogger<Route>.Instance) });
        var recipients = Message("a@example.edu", "b@CS.example.edu", "c@example.edu", "d@cs.example.edu");

        var results = await new Deliverer(routes).SendAsync(
            new RoutedMessage(recipients.Envelope, to => TraceOf(to), recipients.Content), null, CancellationToken.None);

        Assert.Equal(["a@example.edu", "b@CS.example.edu", "c@example.edu", "d@cs.example.edu"], results.Select(one => one.Result.Recipient.Address));
        Assert.Equal(["lmtp://first.test:25", "lmtp://other.test:25"], results.Take(2).Select(one => one.NextHop));
        Assert.Equal([DeliveryOutcome.Accepted, DeliveryOutcome.TransientFailure], results.Take(2).Select(one => one.Result.Outcome));
        Assert.Equal("to 2", Assert.Single(first.Tried).Fields);

        static ReadOnlyMemory<byte> TraceOf(IReadOnlyList<EnvelopeRecipient> to) => FlowWorld.Bytes($"to {to.Count}");
    }

    [Theory]
    [InlineData("a@大學.example")]
    [InlineData("a@大學。EXAMPLE")]
    [InlineData("a@xn--pssu7c.example")]
    [InlineData("a@XN--PSSU7C.example")]
    public void An_international_domain_has_one_route_in_all_its_forms(string recipient)
    {
        var fallback = new Route([first], time, NullLogger<Route>.Instance);
        var route = new Route([second], time, NullLogger<Route>.Instance);
        var routes = new Routes(fallback, new Dictionary<string, Route> { ["xn--pssu7c.example"] = route });

        Assert.Same(route, routes.For(recipient));
        Assert.Same(fallback, routes.For("a@example.edu"));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:2526")]
    [InlineData("mail-a, mail-b:24", "mail-a:2526 mail-b:24")]
    [InlineData("::1", "::1:2526")]
    [InlineData("[::1]:24,/run/dovecot/lmtp", "::1:24 /run/dovecot/lmtp:2526")]
    public void Hosts_are_read_from_one_setting(string host, string expected) =>
        Assert.Equal(expected, string.Join(' ', DeliverySetup.EndpointsOf(new NextHopSettings { Host = host }).Select(one => $"{one.Host}:{one.Port}")));

    [Theory]
    [InlineData(DeliveryErrors.EightBitMimeVanished)]
    [InlineData(DeliveryErrors.SmtpUtf8Vanished)]
    [InlineData(DeliveryErrors.SessionsBusy)]
    public async Task What_concerns_one_message_does_not_take_the_host_down(string error)
    {
        var route = new Route([first], time, NullLogger<Route>.Instance);
        first.Answer = _ => new RecipientResult(new EnvelopeRecipient(""), DeliveryOutcome.TransientFailure, null, error);

        Assert.Equal(DeliveryOutcome.TransientFailure, (await SendAsync(route)).Outcome);

        Assert.False(route.IsDown);
    }

    [Fact]
    public async Task A_host_whose_sessions_are_busy_is_not_taken_for_back_when_it_was_down()
    {
        var route = new Route([first], time, NullLogger<Route>.Instance);
        first.IsUnreachable = true;
        await SendAsync(route);
        time.Advance(TimeSpan.FromSeconds(5));
        first.IsUnreachable = false;
        first.Answer = _ => new RecipientResult(new EnvelopeRecipient(""), DeliveryOutcome.TransientFailure, null, DeliveryErrors.SessionsBusy);

        await SendAsync(route);

        Assert.True(route.IsDown);
    }

    [Fact]
    public async Task A_wall_clock_that_is_set_back_does_not_keep_a_host_down()
    {
        var clock = new SteppedClock(time);
        var route = new Route([first], clock, NullLogger<Route>.Instance);
        first.IsUnreachable = true;
        await SendAsync(route);
        first.IsUnreachable = false;

        clock.Step = TimeSpan.FromHours(-2);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.True(await route.ProbeAsync(CancellationToken.None));
    }

    private sealed class SteppedClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Step { get; set; }
        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Step;
        public override long GetTimestamp() => inner.GetTimestamp();
        public override long TimestampFrequency => inner.TimestampFrequency;
    }

    [Fact]
    public async Task The_watch_goes_on_after_a_probe_that_throws()
    {
        first.Capabilities = null;
        first.ProbeFailure = new InvalidOperationException("a bug");
        var routes = new Routes(new Route([first], time, NullLogger<Route>.Instance), new Dictionary<string, Route>());
        using var watch = new RouteWatch(routes, time, NullLogger<RouteWatch>.Instance);
        await watch.StartAsync(CancellationToken.None);
        await WaitUntil.Async(() => { time.Advance(TimeSpan.FromSeconds(1)); return first.Probes >= 3; });

        Assert.False(watch.ExecuteTask!.IsCompleted);
        await watch.StopAsync(CancellationToken.None);
    }
}
