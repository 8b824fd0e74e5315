namespace Recorder.Accounts.Sources;

/// <summary>Whether a provider shows its configuration, without which nobody signs in there (OpenID Connect Discovery 1.0 §4).</summary>
internal sealed class OidcDiscovery(OidcSignInOptions options) : IProbed
{
    private const int MaxBytes = 1 << 20;

    public string Kind => "sign-in";

    public string Name => $"OpenID Connect {options.Authority}";

    public async Task ProbeAsync(CancellationToken cancel)
    {
        using var http = new HttpClient { MaxResponseContentBufferSize = MaxBytes };
        using var answer = await http.GetAsync(new Uri(options.Authority.TrimEnd('/') + "/.well-known/openid-configuration"), cancel);
        answer.EnsureSuccessStatusCode();
    }
}
