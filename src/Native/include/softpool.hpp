// softpool.hpp: softpool.h for C++17. Objects release themselves; copies share. A function that fails throws a
// softpool::error; with SOFTPOOL_NO_EXCEPTIONS it calls softpool::on_error instead, which the program defines and which
// must not return. Threads and lifetimes are as softpool.h says; `get()` gives the handle for the C functions.
#ifndef SOFTPOOL_HPP
#define SOFTPOOL_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "softpool.h"

namespace softpool {

#ifdef SOFTPOOL_NO_EXCEPTIONS
[[noreturn]] void on_error(sp_code code, const char* sentence);
#else
class error : public std::runtime_error {
public:
    error(sp_code came, const char* sentence) : std::runtime_error(sentence), code(came) {}
    const sp_code code;
};

[[noreturn]] inline void on_error(sp_code code, const char* sentence) { throw error(code, sentence); }
#endif

inline void check(sp_code code) {
    if (code == SP_OK) return;
    const char* sentence = "";
    sp_get_error(&sentence);
    on_error(code, sentence);
}

inline void check_version() { check(sp_check_version(SP_VERSION)); }

// Elements that someone else owns: of an array, a std::vector, a std::array, constant ones if T is.
template <class T>
class span {
public:
    span(T* data, std::size_t size) : data_(data), size_(size) {}
    template <class C, class = std::enable_if_t<std::is_convertible_v<decltype(std::data(std::declval<C&>())), T*>>>
    span(C&& container) : data_(std::data(container)), size_(std::size(container)) {}
    T* data() const { return data_; }
    std::size_t size() const { return size_; }

private:
    T* data_;
    std::size_t size_;
};

// A counted reference to an object of the library.
template <class Handle>
class reference {
public:
    reference() = default;
    explicit reference(Handle handle) : handle_(handle) {}
    reference(const reference& other) : handle_(other.handle_) {
        if (handle_) check(sp_retain(handle_));
    }
    reference(reference&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    reference& operator=(reference other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~reference() { sp_release(handle_); }
    Handle get() const { return handle_; }

protected:
    Handle handle_ = nullptr;
};

// A text of the library's as a std::string.
inline std::string take(sp_text text) {
    reference<sp_text> owner(text);
    return sp_text_utf8(text);
}

class device : public reference<sp_device> {
public:
    explicit device(const char* selector = nullptr) {
        sp_device_options options = SP_INIT(sp_device_options);
        options.selector = selector;
        check(sp_device_create(&options, &handle_));
    }
    explicit device(const sp_device_options& options) { check(sp_device_create(&options, &handle_)); }
    explicit device(const sp_host_device& host, const sp_device_options* options = nullptr) {
        check(sp_device_adopt(&host, options, &handle_));
    }
    sp_device_info info() const {
        sp_device_info info = SP_INIT(sp_device_info);
        check(sp_device_get_info(handle_, &info));
        return info;
    }
    sp_host_device handles() const {
        sp_host_device host = SP_INIT(sp_host_device);
        check(sp_device_get_handles(handle_, &host));
        return host;
    }
};

class model : public reference<sp_model> {
public:
    explicit model(const char* path) { check(sp_model_load(path, &handle_)); }
    explicit model(const std::string& path) : model(path.c_str()) {}
    model(const void* data, std::size_t bytes, uint32_t format) {
        check(sp_model_load_memory(data, bytes, format, &handle_));
    }
    sp_model_info info() const {
        sp_model_info info = SP_INIT(sp_model_info);
        check(sp_model_get_info(handle_, &info));
        return info;
    }
    sp_tensor_info input(uint32_t index = 0) const {
        sp_tensor_info info = SP_INIT(sp_tensor_info);
        check(sp_model_get_input(handle_, index, &info));
        return info;
    }
    sp_tensor_info output(uint32_t index = 0) const {
        sp_tensor_info info = SP_INIT(sp_tensor_info);
        check(sp_model_get_output(handle_, index, &info));
        return info;
    }
    // An ONNX file, with what it leaves open: {"x=1x3x640x640"}.
    static model onnx(const std::string& path, const sp_onnx_options& options) {
        sp_model handle = nullptr;
        check(sp_model_load_onnx(path.c_str(), &options, &handle));
        return model(handle);
    }
    static model onnx(const std::string& path, const std::vector<const char*>& shapes) {
        sp_onnx_options options = SP_INIT(sp_onnx_options);
        options.shapes = shapes.data();
        options.shape_count = static_cast<uint32_t>(shapes.size());
        return onnx(path, options);
    }
    // Empty if there is none.
    std::string class_name(uint32_t index) const {
        const char* name = sp_model_class_name(handle_, index);
        return name ? name : "";
    }

private:
    explicit model(sp_model handle) : reference(handle) {}
};

// What a run reads or writes. It points to the caller's arrays, and is passed on at once.
template <class Struct>
Struct of_floats(const sp_floats* arrays, uint32_t count) {
    Struct value = SP_INIT(Struct);
    value.kind = SP_FLOATS;
    value.count = count;
    value.floats = arrays;
    return value;
}

inline sp_input floats(const sp_floats* arrays, uint32_t count) { return of_floats<sp_input>(arrays, count); }

inline sp_output into(const sp_floats* arrays, uint32_t count) { return of_floats<sp_output>(arrays, count); }

inline sp_input images(const sp_image* images, uint32_t count) {
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_IMAGES;
    input.count = count;
    input.images = images;
    return input;
}

inline sp_input device_images(const sp_device_image* images, uint32_t count) {
    sp_input input = SP_INIT(sp_input);
    input.kind = SP_DEVICE_IMAGES;
    input.count = count;
    input.device_images = images;
    return input;
}

inline sp_output into(const sp_output_image* images, uint32_t count) {
    sp_output output = SP_INIT(sp_output);
    output.kind = SP_DEVICE_IMAGES;
    output.count = count;
    output.images = images;
    return output;
}

class run : public reference<sp_run> {
public:
    explicit run(sp_run handle) : reference(handle) {}
    bool done() const {
        uint32_t done = 0;
        check(sp_run_poll(handle_, &done));
        return done != 0;
    }
    void wait() const { check(sp_run_wait(handle_)); }
    void cancel() const { check(sp_run_cancel(handle_)); }
};

class session : public reference<sp_session> {
public:
    session(const device& device, const model& model, const sp_session_options* options = nullptr) {
        check(sp_session_create(device.get(), model.get(), options, &handle_));
    }
    sp_session_info info() const {
        sp_session_info info = SP_INIT(sp_session_info);
        check(sp_session_get_info(handle_, &info));
        return info;
    }
    void run(const sp_input& input, const sp_output& output) const {
        check(sp_session_run(handle_, &input, &output));
    }
    // n items of the only input, and room for n of the only output.
    void run(span<const float> input, span<float> output) const {
        sp_floats from{const_cast<float*>(input.data()), input.size()}; // It is only read.
        sp_floats to{output.data(), output.size()};
        run(floats(&from, 1), into(&to, 1));
    }
    void run(const sp_image& image, span<float> output) const {
        sp_floats to{output.data(), output.size()};
        run(images(&image, 1), into(&to, 1));
    }
    softpool::run start(
        const sp_input& input, const sp_output& output, const sp_run_options* options = nullptr) const {
        sp_run run = nullptr;
        check(sp_session_start(handle_, &input, &output, options, &run));
        return softpool::run(run);
    }
    // Whether the device computes what the certificate says; the report is JSON.
    bool verify(std::string* report = nullptr) const {
        uint32_t passed = 0;
        sp_text text = nullptr;
        check(sp_session_verify(handle_, &passed, report ? &text : nullptr));
        if (report) *report = take(text);
        return passed != 0;
    }
    std::string profile(const sp_input& input) const {
        sp_text text = nullptr;
        check(sp_session_profile(handle_, &input, &text));
        return take(text);
    }
};

class stepper : public reference<sp_stepper> {
public:
    explicit stepper(const session& session) { check(sp_stepper_create(session.get(), &handle_)); }
    void start(const sp_input& input, const sp_output* output = nullptr) const {
        check(sp_stepper_start(handle_, &input, output));
    }
    bool step(std::chrono::nanoseconds budget) const {
        uint32_t done = 0;
        check(sp_stepper_step(handle_, static_cast<uint64_t>(budget.count()), &done));
        return done != 0;
    }
    void finish(const sp_output& output) const { check(sp_stepper_finish(handle_, &output)); }
};

class recorder : public reference<sp_recorder> {
public:
    explicit recorder(const session& session) { check(sp_recorder_create(session.get(), &handle_)); }
    void record(void* commands, const sp_input& input, const sp_output& output) const {
        check(sp_recorder_record(handle_, commands, &input, &output));
    }
};

} // namespace softpool

#endif
