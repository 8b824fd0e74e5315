using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Recorder.Web.Pages;

/// <summary>
/// The files of the pages' look, built into the executable so that they are there from any folder. Their
/// addresses carry a digest, so browsers keep them for ever and still see a new version at once.
/// </summary>
internal static class PageAssets
{
    private const string Prefix = "web.", Brotli = "br";
    private static readonly Dictionary<string, Asset> Files = Load();

    public static string StyleSheet { get; } = Url("recorder.css");

    public static string Script { get; } = Url("recorder.js");

    public static string ListScript { get; } = Url("list.js");

    public static string Icon { get; } = Url("recorder.svg");

    public static void MapPageAssets(this IEndpointRouteBuilder routes) => routes.MapGet("/assets/{version}/{name}", Serve);

    private static IResult Serve(string version, string name, HttpContext http)
    {
        if (!Files.TryGetValue(name, out var file) || version != file.Version)
        {
            return Results.NotFound();
        }

        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!TakesBrotli(http.Request)) return Results.Bytes(file.Bytes, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Version}\""));
        http.Response.Headers.ContentEncoding = Brotli;
        // A tag names bytes, and these are others (RFC 9110 §8.8.3.3).
        return Results.Bytes(file.Compressed, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Version}-{Brotli}\""));
    }

    // Only files that hold nothing of anybody: the length of a compressed page would tell what stands in it to whoever can
    // put words of their own beside (the BREACH attack).
    private static bool TakesBrotli(HttpRequest request) => request.GetTypedHeaders().AcceptEncoding.Any(one => one.Value == Brotli && one.Quality is null or > 0);

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) brotli.Write(bytes);
        return compressed.ToArray();
    }

    private static string Url(string name) => $"/assets/{Files[name].Version}/{name}";

    private static Dictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name => Read(assembly, name));
    }

    private static Asset Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var bytes = copy.ToArray();
        var type = Path.GetExtension(name) switch { ".css" => "text/css; charset=utf-8", ".js" => "text/javascript; charset=utf-8", _ => "image/svg+xml" };
        return new Asset(bytes, Compress(bytes), type, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]);
    }

    private sealed record Asset(byte[] Bytes, byte[] Compressed, string ContentType, string Version);
}
