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
    private const string Prefix = "web.";
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
        return Results.Bytes(file.Bytes, file.ContentType, entityTag: new EntityTagHeaderValue($"\"{file.Version}\""));
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
        return new Asset(bytes, type, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]);
    }

    private sealed record Asset(byte[] Bytes, string ContentType, string Version);
}
