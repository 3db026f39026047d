// Beside FFmpeg: video MODEL FILE [RESULT]. FFmpeg decodes a film and uploads each frame to its own Vulkan device as
// NV12; the network reads FFmpeg's images there, in the turns of FFmpeg's semaphores. The name of the class is drawn
// into the frame on the device, and becomes its metadata, as FFmpeg's filters give their results. No pixel of a frame
// comes back to the CPU, unless a file for the RESULT is given, for those who want to look at it: raw frames of NV12.
// Needs FFmpeg 5.1's libraries and Vulkan's: cc video.c -lavfilter -lavformat -lavcodec -lavutil -lvulkan and what
// sample.c needs.
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/hwcontext.h>
#include <libavutil/hwcontext_vulkan.h>
#include <stdio.h>
#include <stdlib.h>

#include "label.h"
#include "softpool.h"

static void check(sp_code code) {
    if (code == SP_OK) return;
    const char* sentence;
    sp_get_error(&sentence);
    fprintf(stderr, "%s\n", sentence);
    exit(1);
}

static int av(int result, const char* what) {
    if (result >= 0) return result;
    char reason[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(result, reason, sizeof reason);
    fprintf(stderr, "%s: %s\n", what, reason);
    exit(1);
}

// ---- FFmpeg: a file, its decoder, and filters that end on the device. ----

static AVFormatContext* file;
static AVCodecContext* decoder;
static AVFilterGraph* graph;
static AVFilterContext *source, *sink;
static int stream;

static void open_film(const char* path, AVBufferRef* device) {
    av(avformat_open_input(&file, path, NULL, NULL), path);
    av(avformat_find_stream_info(file, NULL), path);
    const AVCodec* codec;
    stream = av(av_find_best_stream(file, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0), path);
    decoder = avcodec_alloc_context3(codec);
    av(avcodec_parameters_to_context(decoder, file->streams[stream]->codecpar), "avcodec_parameters_to_context");
    av(avcodec_open2(decoder, codec, NULL), "avcodec_open2");

    graph = avfilter_graph_alloc();
    AVRational base = file->streams[stream]->time_base;
    char shape[128];
    snprintf(shape, sizeof shape, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d", decoder->width, decoder->height,
        decoder->pix_fmt, base.num, base.den);
    av(avfilter_graph_create_filter(&source, avfilter_get_by_name("buffer"), "in", shape, NULL, graph), "buffer");
    av(avfilter_graph_create_filter(&sink, avfilter_get_by_name("buffersink"), "out", NULL, NULL, graph), "buffersink");
    AVFilterContext *format, *upload;
    av(avfilter_graph_create_filter(&format, avfilter_get_by_name("format"), "nv12", "nv12", NULL, graph), "format");
    av(avfilter_graph_create_filter(&upload, avfilter_get_by_name("hwupload"), "up", NULL, NULL, graph), "hwupload");
    upload->hw_device_ctx = av_buffer_ref(device);
    av(avfilter_link(source, 0, format, 0), "avfilter_link");
    av(avfilter_link(format, 0, upload, 0), "avfilter_link");
    av(avfilter_link(upload, 0, sink, 0), "avfilter_link");
    av(avfilter_graph_config(graph, NULL), "avfilter_graph_config");
}

// The next frame on the device; 0 at the end.
static int next_frame(AVFrame* frame) {
    static AVPacket* packet;
    static AVFrame* decoded;
    if (!packet) packet = av_packet_alloc(), decoded = av_frame_alloc();
    for (;;) {
        int result = av_buffersink_get_frame(sink, frame);
        if (result >= 0) return 1;
        if (result == AVERROR_EOF) {
            av_packet_free(&packet), av_frame_free(&decoded);
            return 0;
        }
        result = avcodec_receive_frame(decoder, decoded);
        if (result >= 0) {
            av(av_buffersrc_add_frame(source, decoded), "av_buffersrc_add_frame");
        } else if (result == AVERROR_EOF) {
            av(av_buffersrc_add_frame(source, NULL), "av_buffersrc_add_frame");
        } else {
            result = av_read_frame(file, packet);
            if (result == AVERROR_EOF) av(avcodec_send_packet(decoder, NULL), "avcodec_send_packet");
            else if (av(result, "av_read_frame"), packet->stream_index == stream)
                av(avcodec_send_packet(decoder, packet), "avcodec_send_packet");
            av_packet_unref(packet);
        }
    }
}

// Copies a frame from the device into a file.
static void save(AVFrame* frame, FILE* result) {
    AVFrame* copy = av_frame_alloc();
    copy->format = AV_PIX_FMT_NV12;
    av(av_hwframe_transfer_data(copy, frame, 0), "av_hwframe_transfer_data");
    for (int plane = 0; plane < 2; plane++)
        for (int y = 0; y < (plane ? (copy->height + 1) / 2 : copy->height); y++)
            if (fwrite(copy->data[plane] + (ptrdiff_t)y * copy->linesize[plane],
                    plane ? (size_t)(copy->width + 1) / 2 * 2 : (size_t)copy->width, 1, result) != 1) {
                perror("fwrite");
                exit(1);
            }
    av_frame_free(&copy);
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fprintf(stderr, "Usage: %s MODEL FILE [RESULT]\n", argv[0]);
        return 2;
    }
    av_log_set_level(AV_LOG_ERROR);
    AVBufferRef* device;
    av(av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VULKAN, NULL, NULL, 0), "av_hwdevice_ctx_create");
    AVVulkanDeviceContext* vulkan = ((AVHWDeviceContext*)device->data)->hwctx;
    open_film(argv[2], device);

    // The network, on FFmpeg's device. FFmpeg 5.1 has no lock of its queues: this thread alone uses them.
    check(sp_check_version(SP_VERSION));
    sp_host_device host = SP_INIT(sp_host_device);
    host.instance = vulkan->inst, host.physical_device = vulkan->phys_dev, host.device = vulkan->act_dev;
    host.queue_family = (uint32_t)vulkan->queue_family_comp_index;
    host.get_instance_proc_addr = *(void**)&vulkan->get_proc_addr;
    host.timeline_semaphores = 1; // FFmpeg needs them itself.
    sp_device gpu;
    sp_model model;
    sp_session session;
    check(sp_device_adopt(&host, NULL, &gpu));
    check(sp_model_load(argv[1], &model));
    check(sp_session_create(gpu, model, NULL, &session));
    sp_tensor_info classes = SP_INIT(sp_tensor_info);
    check(sp_model_get_output(model, 0, &classes));
    float* scores = calloc(classes.elements, sizeof *scores);
    sp_floats into = {scores, classes.elements};
    sp_output output = SP_INIT(sp_output);
    output.kind = SP_FLOATS, output.count = 1, output.floats = &into;

    struct label label;
    label_open(&label, vulkan->phys_dev, vulkan->act_dev, host.queue_family, (uint32_t)decoder->width,
        (uint32_t)decoder->height);
    FILE* result = argc > 3 ? fopen(argv[3], "wb") : NULL;
    if (argc > 3 && !result) {
        perror(argv[3]);
        return 1;
    }

    AVFrame* frame = av_frame_alloc();
    for (int number = 0; next_frame(frame); number++) {
        AVVkFrame* planes = (AVVkFrame*)frame->data[0];
        sp_device_image seen = {
            .pixels = {.image = (uint64_t)planes->img[0], .layout = planes->layout[0]},
            .chroma = {.image = (uint64_t)planes->img[1], .layout = planes->layout[1]},
            .width = (uint32_t)frame->width, .height = (uint32_t)frame->height, .format = SP_NV12,
            .matrix = frame->colorspace == AVCOL_SPC_BT709 ? SP_BT709 : SP_BT601,
            .full_range = frame->color_range == AVCOL_RANGE_JPEG};
        sp_input input = SP_INIT(sp_input);
        input.kind = SP_DEVICE_IMAGES, input.count = 1, input.device_images = &seen;
        sp_semaphore wait[2], signal[2];
        for (int i = 0; i < 2; i++) {
            wait[i] = (sp_semaphore){(uint64_t)planes->sem[i], planes->sem_value[i]};
            signal[i] = (sp_semaphore){(uint64_t)planes->sem[i], ++planes->sem_value[i]};
        }
        sp_run_options options = SP_INIT(sp_run_options);
        options.wait = wait, options.signal = signal, options.wait_count = options.signal_count = 2;
        sp_run run;
        check(sp_session_start(session, &input, &output, &options, &run));
        check(sp_run_wait(run));
        check(sp_release(run));
        size_t best = 0;
        for (size_t i = 1; i < classes.elements; i++)
            if (scores[i] > scores[best]) best = i;
        const char* name = sp_model_class_name(model, (uint32_t)best);
        if (!name) name = "without a name";
        struct label_frame drawn = {
            planes->img, planes->layout, planes->sem, planes->sem_value, seen.width, seen.height};
        label_draw(&label, &drawn, name);
        planes->access[0] = planes->access[1] = VK_ACCESS_TRANSFER_WRITE_BIT;
        av(av_dict_set(&frame->metadata, "softpool.class", name, 0), "av_dict_set");
        printf("frame %d: class %zu, %s: %.9g\n", number, best, name, scores[best]);
        if (result) save(frame, result);
        av_frame_unref(frame);
    }

    if (result && fclose(result) != 0) perror(argv[3]);
    label_close(&label);
    check(sp_release(session)); // All that is on the device, before the device.
    check(sp_release(gpu));
    check(sp_release(model));
    free(scores);
    av_frame_free(&frame);
    avfilter_graph_free(&graph);
    avcodec_free_context(&decoder);
    avformat_close_input(&file);
    av_buffer_unref(&device);
}
