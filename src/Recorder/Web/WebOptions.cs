using System.ComponentModel.DataAnnotations;
using Recorder.Web.Remote;

namespace Recorder.Web;

/// <summary>Section <c>Web</c>: pages and API.</summary>
public sealed class WebOptions
{
    public const string Section = "Web";

    /// <summary>Where pages and API listen. Port 0 takes a free one and prints it.</summary>
    [Required]
    public string Listen { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Networks of reverse proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed; none otherwise, this machine's neither. For a proxy on this machine: 127.0.0.1 and ::1.</summary>
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>Largest number of rows of one page of results.</summary>
    [Range(10, 500)]
    public int MaxPageRows { get; set; } = 200;

    /// <summary>Pictures that a message names elsewhere.</summary>
    public RemoteImageOptions RemoteImages { get; set; } = new();
}
