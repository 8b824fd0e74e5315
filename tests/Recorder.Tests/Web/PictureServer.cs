using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Recorder.Tests.Web;

/// <summary>A sender's web server on this machine: answers by a script and notes what it was asked, with every header.</summary>
internal sealed class PictureServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private PictureServer(WebApplication app) => this.app = app;

    public ConcurrentQueue<(string Path, IReadOnlyDictionary<string, string> Headers)> Asked { get; } = new();

    public int Port => new Uri(app.Urls.First()).Port;

    public string Url(string path, string host = "127.0.0.1") => $"http://{host}:{Port}{path}";

    public static async Task<PictureServer> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new PictureServer(app);
        app.Run(http =>
        {
            server.Asked.Enqueue((http.Request.Path + http.Request.QueryString, http.Request.Headers.ToDictionary(one => one.Key, one => one.Value.ToString())));
            return answer(http);
        });
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
    }
}
