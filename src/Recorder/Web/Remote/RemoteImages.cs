using System.Net;

namespace Recorder.Web.Remote;

/// <summary>
/// Fetches the pictures that a message names elsewhere, for one view and kept for none after it. They go into the frame's own
/// document, so there is no address of ours under which anybody could have us fetch something.
/// </summary>
public sealed class RemoteImages : IDisposable
{
    private const int AtOnce = 6, AtOnceOfAll = 32, MaxRedirects = 3, MaxUrlLength = 2_048;

    // What fits into a frame (BodyImages), before it is written as text.
    private const int MaxTotalBytes = 6 << 20;

    // The same words for every reader: what a sender sees tells of none.
    private const string UserAgent = "Mozilla/5.0", Wanted = "image/webp,image/png,image/jpeg,image/gif";

    private readonly RemoteImageOptions options;
    private readonly TimeProvider time;
    private readonly Func<int, bool> isPort;
    private readonly HttpClient client;
    private readonly SemaphoreSlim places = new(AtOnceOfAll);

    public RemoteImages(RemoteImageOptions options, TimeProvider time) : this(options, time, Judge(options.DeniedNetworks), port => port is 80 or 443)
    {
    }

    /// <summary>For tests, whose servers are on this machine: no setting leads here.</summary>
    internal RemoteImages(RemoteImageOptions options, TimeProvider time, Func<IPAddress, bool> isAllowed, Func<int, bool> isPort)
    {
        (this.options, this.time, this.isPort) = (options, time, isPort);
        client = new HttpClient(CheckedConnections.Handler(isAllowed)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public bool AreOffered => options.Enabled;

    public int Most => options.MaxImages;

    /// <param name="urls">As the sender wrote them; no more than <see cref="Most"/> are asked for.</param>
    /// <returns>For each a <c>data:</c> URL, or null where none came in time, or what came is no picture.</returns>
    public async Task<IReadOnlyList<string?>> FetchAsync(IReadOnlyList<string> urls, CancellationToken cancel)
    {
        var found = new string?[urls.Count];
        if (!options.Enabled || urls.Count == 0) return found;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var room = new Room(MaxTotalBytes);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Math.Min(urls.Count, options.MaxImages)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (number, _) => found[number] = await TryAsync(urls[number], room, both.Token));
        return found;
    }

    public void Dispose()
    {
        client.Dispose();
        places.Dispose();
    }

    private static Func<IPAddress, bool> Judge(IEnumerable<string> denied)
    {
        var networks = denied.Select(text => IPNetwork.TryParse(text, out var network) ? network : IPNetwork.Parse($"{text}/{(text.Contains(':') ? 128 : 32)}")).ToList();
        return address => PublicAddresses.IsPublic(address) && !networks.Exists(network => network.Contains(address)) && !PublicAddresses.IsOfThisMachine(address);
    }

    private async Task<string?> TryAsync(string url, Room room, CancellationToken cancel)
    {
        try
        {
            await places.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        try
        {
            return await GetAsync(url, room, cancel) is { } bytes && RasterImage.TypeOf(bytes) is { } type ? $"data:{type};base64,{Convert.ToBase64String(bytes)}" : null;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or System.Net.Sockets.SocketException
            or ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            // A picture that does not come is missing from the message, and that is all.
            return null;
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<byte[]?> GetAsync(string text, Room room, CancellationToken cancel)
    {
        var url = Allowed(text, null);
        for (var hops = 0; url is not null && hops <= MaxRedirects; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
            request.Headers.TryAddWithoutValidation("Accept", Wanted);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (answer.StatusCode == HttpStatusCode.OK) return await ReadAsync(answer.Content, room, cancel);
            url = (int)answer.StatusCode is >= 301 and <= 308 && answer.Headers.Location is { } next ? Allowed(next.OriginalString, url) : null;
        }

        return null;
    }

    // Only where web servers are: any other port is a question to something else. Names in a URL are nobody's to send.
    private Uri? Allowed(string text, Uri? from) =>
        text.Length <= MaxUrlLength && Uri.TryCreate(from ?? new Uri("about:blank"), text, out var url) && url.Scheme is "http" or "https"
        && url.UserInfo.Length == 0 && isPort(url.Port) ? url : null;

    private async Task<byte[]?> ReadAsync(HttpContent content, Room room, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > options.MaxImageBytes) return null;
        await using var body = await content.ReadAsStreamAsync(cancel);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, cancel)) > 0;)
        {
            if (kept.Length + read > options.MaxImageBytes || !room.Take(read)) return null;
            kept.Write(buffer, 0, read);
            // A stream without an end that is no picture is told by its beginning.
            if (kept.Length >= 16 && RasterImage.TypeOf(kept.GetBuffer().AsSpan(0, 16)) is null) return null;
        }

        return kept.ToArray();
    }

    /// <summary>What all pictures of one view may take together.</summary>
    private sealed class Room(long bytes)
    {
        private long left = bytes;

        public bool Take(int count) => Interlocked.Add(ref left, -count) >= 0;
    }
}
