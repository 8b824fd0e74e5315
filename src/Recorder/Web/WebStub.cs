namespace Recorder.Web;
public static class WebStub { public static void AddRecorderWeb(this IServiceCollection s, WebOptions o) {} public static void MapRecorderWeb(this WebApplication a) {} }
