namespace Recorder.Tests.Simulation;

/// <summary>All connections of the world, its next hops, and who waits for time to pass.</summary>
internal sealed class Network(Model model, Story story)
{
    private readonly Lock gate = new();
    private readonly List<Link> open = [];
    private Exception? bug;
    private Waits waits = new();
    private int life;

    public Model Model => model;
    public Story Story => story;
    public IReadOnlyList<NextHop> Hops { get; private set; } = [];
    public SimulatedClock Clock { get; set; } = null!;

    /// <summary>Peers that do nothing until the clock moves.</summary>
    public int Waiting => Volatile.Read(ref waits.Count);

    public void Build() => Hops = [new NextHop("first", true, this), new NextHop("second", true, this), new NextHop("other", false, this)];

    /// <summary>Which life of the product is on: what a dead one's threads still try reaches nobody.</summary>
    public int Life
    {
        get { lock (gate) return life; }
    }

    /// <exception cref="IOException">That life is over.</exception>
    public Link Open(int ofLife)
    {
        var link = new Link();
        lock (gate)
        {
            if (ofLife != life) throw new IOException("the machine is gone (injected)");
            open.Add(link);
        }
        return link;
    }

    /// <summary>The machine is gone: every connection with it. What a peer has heard by then it may still act on.</summary>
    public void CutAll()
    {
        List<Link> all;
        lock (gate)
        {
            life++;
            all = [.. open];
            open.Clear();
        }
        model.LifeEnds(life);
        foreach (var link in all) link.Cut();
    }

    public void Closed(Link link)
    {
        lock (gate) open.Remove(link);
    }

    public Task WaitAsync(TimeSpan time) => WaitingAsync(Task.Delay(time, Clock));

    /// <summary>Says nothing more, until the other end gives up.</summary>
    public Task StallAsync(Link.Side peer) => WaitingAsync(HearOutAsync(peer));

    /// <summary>A life ended; whoever waited on its clock waits for ever.</summary>
    public void ForgetWaiting() => waits = new Waits();

    public void Bug(Exception found) => bug ??= found;

    public void Check()
    {
        if (bug is not null) throw new InvalidOperationException("the simulation itself is wrong", bug);
    }

    private async Task WaitingAsync(Task what)
    {
        var counted = waits;
        Interlocked.Increment(ref counted.Count);
        await what;
        Interlocked.Decrement(ref counted.Count);
    }

    private static async Task HearOutAsync(Link.Side peer)
    {
        while (await peer.Lines.ReadRawLineAsync() is not null) { }
    }

    private sealed class Waits
    {
        public int Count;
    }
}
