using Recorder.Accounts;
using Recorder.Smtp;

namespace Recorder.Delivery;

/// <summary>Recipient domain → route; the default route takes the rest.</summary>
/// <param name="byDomain">Keys as <see cref="MailDomain"/> normalises them.</param>
public sealed class Routes(Route fallback, IReadOnlyDictionary<string, Route> byDomain) : IAsyncDisposable
{
    private readonly Route[] all = [.. byDomain.Values.Append(fallback).Distinct()];

    /// <summary>Each once, the default last.</summary>
    public IReadOnlyList<Route> All => all;

    public Route For(string recipient) => byDomain.Count == 0 ? fallback : byDomain.GetValueOrDefault(DomainOf(recipient), fallback);

    /// <summary>True while mail for nobody could go on.</summary>
    public bool AllDown => all.All(route => route.IsDown);

    /// <summary>What can be announced upstream, where nobody knows yet which routes a message will take:
    /// what all have in common that were ever greeted. Null while none was.</summary>
    public NextHopCapabilities? Common => all.Select(route => route.Capabilities).OfType<NextHopCapabilities>()
        .Aggregate((NextHopCapabilities?)null, (sum, one) => sum is null ? one : Route.Common(sum, one));

    /// <summary>True when at least one route is up, after greeting those that are due.</summary>
    public async Task<bool> AnyUpAsync(CancellationToken cancel)
    {
        foreach (var route in all)
        {
            if (await route.ProbeAsync(cancel)) return true;
        }
        return false;
    }

    public Task ProbeAllAsync(CancellationToken cancel) => Task.WhenAll(all.Select(route => route.ProbeAllAsync(cancel)));

    public async ValueTask DisposeAsync()
    {
        foreach (var route in all) await route.DisposeAsync();
    }

    private static string DomainOf(string recipient) => MailDomain.Normalise(recipient[(recipient.LastIndexOf('@') + 1)..]) ?? "";
}
