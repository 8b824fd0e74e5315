namespace Recorder.Web;

// Placeholder until WebSetup.cs lands: whoever lands it deletes this file.
internal static class WebStub
{
    public static void AddRecorderWeb(this IServiceCollection services, WebOptions options)
    {
    }

    public static void MapRecorderWeb(this WebApplication app)
    {
    }
}
