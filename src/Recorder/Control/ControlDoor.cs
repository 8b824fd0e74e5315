using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Recorder.Settings;

namespace Recorder.Control;

/// <summary>The command line's way to the process that holds the data folder did not lead through.</summary>
public sealed class ControlException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>
/// The command line's one way to the log: through the running <c>serve</c>, or, where none runs, through the same
/// endpoints of a quiet instance (no listeners, no pages) that lives as long as the command.
/// </summary>
internal sealed class ControlDoor : IAsyncDisposable
{
    private readonly HttpClient client;
    private readonly WebApplication? quiet;
    private readonly DataFolder? folder;

    private ControlDoor(string socket, WebApplication? quiet, DataFolder? folder)
    {
        client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(socket, cancel) })
        {
            BaseAddress = new Uri("http://control/control/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        (this.quiet, this.folder) = (quiet, folder);
    }

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <param name="only">All that will be asked for, where no service runs; null: anything.</param>
    /// <exception cref="ControlException">Somebody holds the folder but does not answer.</exception>
    public static async Task<ControlDoor> OpenAsync(RecorderSettings settings, CancellationToken cancel, Action<RouteGroupBuilder>? only = null)
    {
        var socket = DataFolder.SocketPath(settings.Data);
        if (DataFolder.TryHold(settings.Data) is not { } folder)
        {
            return new ControlDoor(socket, null, null);
        }

        var app = RecorderApp.Build(settings, AppParts.ControlOnly, only);
        await app.StartAsync(cancel);
        return new ControlDoor(socket, app, folder);
    }

    /// <summary>For commands that speak of what is there already: a folder without an archive is the wrong one, and nothing is made in it.</summary>
    /// <exception cref="ControlException">There is none, or as of <see cref="OpenAsync"/>.</exception>
    public static Task<ControlDoor> OpenExistingAsync(RecorderSettings settings, CancellationToken cancel)
    {
        NeedArchive(settings.Data);
        return OpenAsync(settings, cancel);
    }

    /// <exception cref="ControlException">There is none.</exception>
    public static void NeedArchive(DataOptions data)
    {
        if (Directory.Exists(data.Archive)) return;
        throw new ControlException(ExitCodes.BadInput,
            $"there is no archive in {Path.GetFullPath(data.Path)}; name the settings file with --settings, or the data folder with --Recorder:Data:Path=FOLDER");
    }

    /// <exception cref="ControlException">Refused, with the service's own words.</exception>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: Json) };
        using var response = await TrySendAsync(request, cancel);
        return (await response.Content.ReadFromJsonAsync<T>(Json, cancel))!;
    }

    /// <summary>Posts and reads one JSON object a line as they come.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string path, object? body, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body, options: Json) };
        using var response = await TrySendAsync(request, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, Json)!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (quiet is not null)
        {
            await quiet.StopAsync();
            await quiet.DisposeAsync();
        }

        folder?.Dispose();
    }

    private async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException problem)
        {
            throw new ControlException(ExitCodes.Unavailable, $"another process holds the data folder but does not answer ({problem.Message}); is it starting up? Try again");
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        var code = response.StatusCode == HttpStatusCode.BadRequest ? ExitCodes.BadInput : ExitCodes.Failed;
        throw new ControlException(code, await RefusalOf(response, cancel));
    }

    private static async Task<string> RefusalOf(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            var refusal = await response.Content.ReadFromJsonAsync<Refusal>(Json, cancel);
            return refusal?.Message ?? response.ReasonPhrase ?? "refused";
        }
        catch (JsonException)
        {
            return $"the service answered {(int)response.StatusCode}";
        }
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
