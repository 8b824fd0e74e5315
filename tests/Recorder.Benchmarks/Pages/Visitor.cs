using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Recorder.Benchmarks.Pages;

/// <summary>
/// One person with a browser, as far as a server can tell: cookies, forms with their tokens, the frame of a message, files
/// kept after the first time, compression as it is asked for.
/// </summary>
internal sealed partial class Visitor : IDisposable
{
    private readonly HttpClient client;
    private readonly HashSet<string> kept = [];
    private readonly SemaphoreSlim turn = new(1);
    private long received;

    public Visitor(Uri web, string address)
    {
        Address = address;
        client = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            CookieContainer = new CookieContainer(),
            ConnectCallback = async (target, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(target.DnsEndPoint, cancel);
                return new CountedConnection(socket, read => Interlocked.Add(ref received, read));
            },
        })
        { BaseAddress = web, Timeout = TimeSpan.FromMinutes(1) };
        client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml");
        client.DefaultRequestHeaders.Add("Accept-Language", "en");
    }

    public string Address { get; }

    /// <summary>Over the wire, since the start.</summary>
    public long ReceivedBytes => Interlocked.Read(ref received);

    public async Task SignInAsync(string password, CancellationToken cancel)
    {
        var page = await GetAsync("/signin", cancel);
        var after = await PostAsync(page, "/signin", cancel, ("address", Address), ("password", password), ("back", "/mail"));
        if (!after.Contains("action=\"/signout\"", StringComparison.Ordinal)) throw new InvalidOperationException($"{Address} was not let in:\n{after}");
    }

    /// <summary>One thing after the other, as one person does.</summary>
    public async Task InTurnAsync(Func<Task> act)
    {
        await turn.WaitAsync();
        try
        {
            await act();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <exception cref="HttpRequestException">Anything but a success.</exception>
    public Task<string> GetAsync(string path, CancellationToken cancel) => client.GetStringAsync(path, cancel);

    /// <summary>A message's page with the frame that holds its HTML, if it has some.</summary>
    public async Task<string> OpenAsync(string path, CancellationToken cancel)
    {
        var page = await GetAsync(path, cancel);
        if (Frame().Match(page) is { Success: true } frame) await GetAsync(WebUtility.HtmlDecode(frame.Groups[1].Value), cancel);
        return page;
    }

    /// <param name="page">Where the form stands.</param>
    /// <returns>The page that the answer leads to.</returns>
    public async Task<string> PostAsync(string page, string action, CancellationToken cancel, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(page) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups[1].Value) : throw new InvalidOperationException($"no form on the page before {action}");
        using var form = new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), KeyValuePair.Create("__RequestVerificationToken", token)]);
        using var answer = await client.PostAsync(action, form, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return answer.IsSuccessStatusCode ? text : throw new HttpRequestException($"{action}: {(int)answer.StatusCode}");
    }

    /// <summary>Style sheet, modules and icon of a page, those that this browser has not kept.</summary>
    public async Task LoadFilesAsync(string page, CancellationToken cancel)
    {
        foreach (var file in File().Matches(page).Select(match => match.Value).Where(kept.Add)) await client.GetByteArrayAsync(file, cancel);
    }

    public void Dispose()
    {
        client.Dispose();
        turn.Dispose();
    }

    [GeneratedRegex("<iframe[^>]* src=\"([^\"]+)\"")]
    private static partial Regex Frame();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("/assets/[^\"]+")]
    private static partial Regex File();
}
