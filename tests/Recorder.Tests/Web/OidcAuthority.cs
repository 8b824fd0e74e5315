using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Recorder.Tests.Web;

/// <summary>
/// A small OpenID Connect provider that signs everybody in: discovery, keys, the code flow with PKCE (RFC 7636), signed
/// tokens. It holds its clients to the protocol, and can be told to break it itself.
/// </summary>
internal sealed class OidcAuthority : IAsyncDisposable
{
    public const string ClientId = "recorder", ClientSecret = "between us two", Person = "alice@example.edu";

    private readonly WebApplication app;
    private readonly RSA key = RSA.Create(2048), otherKey = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, IQueryCollection> codes = new();

    private OidcAuthority(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>Of whoever signs in next: sub, email, email_verified, name and whatever else a test changes.</summary>
    public Dictionary<string, object?> Claims { get; } = new()
    {
        ["sub"] = "person-1", ["email"] = Person, ["email_verified"] = true, ["name"] = "Alice Lin",
    };

    public enum Fault { None, Unsigned, OtherKey }

    public Fault Breaks { get; set; }

    /// <summary>The requests that browsers brought.</summary>
    public ConcurrentQueue<IQueryCollection> Asked { get; } = new();

    public static async Task<OidcAuthority> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var authority = new OidcAuthority(app);
        app.MapGet("/.well-known/openid-configuration", () => authority.Discovery());
        app.MapGet("/keys", () => authority.Keys());
        app.MapGet("/authorize", (Delegate)authority.Authorize);
        app.MapPost("/token", (Delegate)authority.TokenAsync);
        await app.StartAsync();
        return authority;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
        key.Dispose();
        otherKey.Dispose();
    }

    private IResult Discovery() => Results.Json(new Dictionary<string, object>
    {
        ["issuer"] = Address, ["authorization_endpoint"] = $"{Address}/authorize", ["token_endpoint"] = $"{Address}/token", ["jwks_uri"] = $"{Address}/keys",
        ["response_types_supported"] = new[] { "code" }, ["subject_types_supported"] = new[] { "public" }, ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        ["code_challenge_methods_supported"] = new[] { "S256" },
    });

    private IResult Keys()
    {
        var open = key.ExportParameters(false);
        return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "1", n = Base64Url.EncodeToString(open.Modulus), e = Base64Url.EncodeToString(open.Exponent) } } });
    }

    private IResult Authorize(HttpContext http)
    {
        var asked = http.Request.Query;
        Asked.Enqueue(asked);
        if (asked["client_id"] != ClientId || asked["response_type"] != "code" || asked["code_challenge_method"] != "S256" || !asked["scope"].ToString().Split(' ').Contains("openid")) return Results.BadRequest();
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        codes[code] = asked;
        return Results.Redirect(QueryHelpers.AddQueryString(asked["redirect_uri"].ToString(), new Dictionary<string, string?> { ["code"] = code, ["state"] = asked["state"] }));
    }

    // A code is good once, for the client that began, at the same address, with the verifier of its challenge (RFC 7636 §4.6).
    private async Task<IResult> TokenAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        if (!codes.TryRemove(form["code"].ToString(), out var begun) || form["grant_type"] != "authorization_code" || form["redirect_uri"] != begun["redirect_uri"]
            || form["client_id"] != ClientId || form["client_secret"] != ClientSecret
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != begun["code_challenge"])
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        return Results.Json(new { access_token = "opens nothing", token_type = "Bearer", expires_in = 60, id_token = Token(begun["nonce"].ToString()) });
    }

    private string Token(string nonce)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?> { ["iss"] = Address, ["aud"] = ClientId, ["iat"] = now, ["exp"] = now + 300, ["nonce"] = nonce };
        foreach (var (name, value) in Claims) claims[name] = value;
        var text = $"{Part(Breaks == Fault.Unsigned ? new { alg = "none" } : new { alg = "RS256", kid = "1" })}.{Part(claims.Where(claim => claim.Value is not null).ToDictionary())}";
        var signer = Breaks == Fault.OtherKey ? otherKey : key;
        return $"{text}.{(Breaks == Fault.Unsigned ? "" : Base64Url.EncodeToString(signer.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
