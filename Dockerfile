# Built from a published folder, so that the image needs no SDK:
#   dotnet publish src/Recorder -c Release -r linux-x64 --self-contained -p:PublishReadyToRun=true -o artifacts/recorder
FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libicu72 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --home /var/lib/recorder --create-home recorder
COPY artifacts/recorder/ /opt/recorder/
USER recorder
WORKDIR /var/lib/recorder
VOLUME /var/lib/recorder
EXPOSE 2525 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/recorder/recorder"]
CMD ["serve"]
