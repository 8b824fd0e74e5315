using System.ComponentModel.DataAnnotations;

namespace Recorder.Web.Remote;

/// <summary>Group <c>Web:RemoteImages</c>: pictures that a message names elsewhere, fetched by this server when a reader asks (docs/operating.md).</summary>
public sealed class RemoteImageOptions
{
    /// <summary>Offer them. The server then opens connections to whatever public address a sender names, so a site chooses it.</summary>
    public bool Enabled { get; set; }

    /// <summary>Pictures of one message; further ones stay away.</summary>
    [Range(1, 200)]
    public int MaxImages { get; set; } = 40;

    /// <summary>Longest picture.</summary>
    [Range(1_024, 8_388_608)]
    public int MaxImageBytes { get; set; } = 1_048_576;

    /// <summary>Seconds for all pictures of one view; what has not come by then stays away.</summary>
    [Range(1, 30)]
    public int TimeoutSeconds { get; set; } = 8;

    /// <summary>Further networks that are never connected to: public addresses of the site's own that trust this server. Addresses that are not public and this machine's own never are.</summary>
    public IList<string> DeniedNetworks { get; set; } = [];
}
