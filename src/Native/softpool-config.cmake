# find_package(softpool) gives softpool::softpool, from the folder in which this file lies.
get_filename_component(_softpool_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET softpool::softpool)
  add_library(softpool::softpool SHARED IMPORTED)
  set_target_properties(softpool::softpool PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_softpool_root}/include")
  if(WIN32)
    set_target_properties(softpool::softpool PROPERTIES
      IMPORTED_LOCATION "${_softpool_root}/lib/libsoftpool.dll" IMPORTED_IMPLIB "${_softpool_root}/lib/libsoftpool.lib")
  elseif(APPLE)
    set_target_properties(softpool::softpool PROPERTIES IMPORTED_LOCATION "${_softpool_root}/lib/libsoftpool.dylib")
  else()
    set_target_properties(softpool::softpool PROPERTIES IMPORTED_LOCATION "${_softpool_root}/lib/libsoftpool.so")
  endif()
endif()
